"""The prefix tree, against a plain dictionary of lanes and their paths."""

from itertools import takewhile

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from models.prefix_tree import Node, PrefixTree, Tokens, common

PATHS = st.lists(st.sampled_from([1, 2]), max_size=7).map(tuple)
DATA = st.data()


class TreeBesideADictionary(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.tree = PrefixTree()
        self.paths: dict[int, Tokens] = {}

    @rule(path=PATHS, lane=st.integers(0, 5))
    def insert(self, path: Tokens, lane: int) -> None:
        if lane in self.paths:
            self.tree.remove(lane, self.paths[lane])
        self.tree.insert(lane, path)
        self.paths[lane] = path

    @precondition(lambda self: self.paths)
    @rule(data=DATA)
    def put_a_border_into_a_path(self, data: st.DataObject) -> None:
        """As the cache does, to see whether a lane is alone from there on."""
        lane = data.draw(st.sampled_from(sorted(self.paths)))
        self.tree.insert(lane, self.paths[lane][: data.draw(st.integers(0, 7))])

    @precondition(lambda self: self.paths)
    @rule(data=DATA)
    def remove(self, data: st.DataObject) -> None:
        lane = data.draw(st.sampled_from(sorted(self.paths)))
        self.tree.remove(lane, self.paths.pop(lane))

    @rule(wanted=PATHS)
    def match(self, wanted: Tokens) -> None:
        matched = self.tree.match(wanted)
        longest = max((_common(wanted, path) for path in self.paths.values()), default=0)
        assert (matched[-1][1] if matched else 0) == longest
        for node, end in matched:
            assert node.start < end <= node.end
            assert node.lanes == self._sharing(wanted[:end])

    @invariant()
    def nodes_are_the_paths_and_part_where_they_part(self) -> None:
        nodes = list(self.tree.nodes())
        for lane, path in self.paths.items():
            own = sorted((node for node in nodes if lane in node.lanes), key=lambda n: n.start)
            assert sum((node.tokens for node in own), ()) == path
            assert [node.start for node in own[1:]] == [node.end for node in own[:-1]]
        prefixes = {path[:end] for path in self.paths.values() for end in range(1, len(path) + 1)}
        assert sum(len(node.tokens) for node in nodes) == len(prefixes)

    @invariant()
    def no_node_is_empty_or_forgotten_or_a_stranger_to_its_parent(self) -> None:
        for node in self.tree.nodes():
            assert node.tokens
            assert node.lanes
            assert node.parent is not None
            assert node.parent.children[node.tokens[0]] is node
            assert node.parent.end == node.start
            assert node.parent.start == node.parent.end or node.lanes <= node.parent.lanes

    def teardown(self) -> None:
        for lane, path in self.paths.items():
            self.tree.remove(lane, path)
        assert not list(self.tree.nodes())

    def _sharing(self, prefix: Tokens) -> set[int]:
        return {lane for lane, path in self.paths.items() if path[: len(prefix)] == prefix}


TestTree = TreeBesideADictionary.TestCase
TestTree.settings = settings(
    max_examples=150, stateful_step_count=30, deadline=None, derandomize=True
)


@given(PATHS, PATHS)
@settings(derandomize=True, deadline=None)
def test_common_is_the_length_of_the_longest_common_prefix(one: Tokens, other: Tokens) -> None:
    assert common(one, other) == _common(one, other)


def test_what_parted_is_joined_again_when_one_goes() -> None:
    tree = PrefixTree()
    tree.insert(1, (1, 2, 3, 4))
    tree.insert(2, (1, 2, 5))
    assert len(list(tree.nodes())) == 3
    tree.remove(2, (1, 2, 5))
    (node,) = tree.nodes()
    assert (node.tokens, node.lanes) == ((1, 2, 3, 4), {1})


def test_a_node_ends_after_its_last_token() -> None:
    assert Node(3, (7, 8)).end == 5


def _common(one: Tokens, other: Tokens) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
