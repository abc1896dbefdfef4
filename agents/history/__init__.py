"""What a repository's history says, asked from git alone: commits, their convention, changelogs."""

from agents.history.branches import Branch, branches, default_branch
from agents.history.changelog import Changelog, Entry, Section, changelog
from agents.history.check import check_message
from agents.history.commit import Commit, commits
from agents.history.convention import Convention, Style, learn
from agents.history.learned import learned
from agents.history.links import Links, links_of
from agents.history.merging import Conflict, Merge, foresee
from agents.history.message import suggest
from agents.history.release import ReleaseNotes, release_notes
from agents.history.remote import Remote, parse_remote, remote_of
from agents.history.staged import Staged, StagedFile, staged
from agents.history.tags import Tag, tags
from agents.history.tools import CHANGELOG, COMMIT_STYLE, CONFLICTS
from agents.history.version import Version, parse_version
from agents.history.writing import GIT_BRANCH, GIT_COMMIT, GIT_TAG

__all__ = [
    "CHANGELOG",
    "COMMIT_STYLE",
    "CONFLICTS",
    "GIT_BRANCH",
    "GIT_COMMIT",
    "GIT_TAG",
    "Branch",
    "Changelog",
    "Commit",
    "Conflict",
    "Convention",
    "Entry",
    "Links",
    "Merge",
    "ReleaseNotes",
    "Remote",
    "Section",
    "Staged",
    "StagedFile",
    "Style",
    "Tag",
    "Version",
    "branches",
    "changelog",
    "check_message",
    "commits",
    "default_branch",
    "foresee",
    "learn",
    "learned",
    "links_of",
    "parse_remote",
    "parse_version",
    "release_notes",
    "remote_of",
    "staged",
    "suggest",
    "tags",
]
