"""What real runners printed, shortened where they repeat themselves."""

# ruff: noqa: E501, W291 - their lines are theirs

PYTEST_XML = (
    '<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite name="pytest"'
    ' errors="1" failures="2" skipped="1" tests="5" time="1.6" hostname="ci">'
    '<testcase classname="tests.test_a" name="test_ok" file="tests/test_a.py" line="3"'
    ' time="0.003" />'
    '<testcase classname="tests.test_a.TestC" name="test_bad[a b]" file="tests/test_a.py" line="4"'
    ' time="0.25"><failure message="AssertionError: why&#10;assert 1 == 2">'
    'tests/test_a.py:5: in test_bad\n    assert 1 == 2, "why"\n'
    "E   AssertionError: why\nE   assert 1 == 2</failure></testcase>"
    '<testcase classname="tests.test_a" name="test_key" file="tests/test_a.py" line="8" time="0">'
    "<failure message=\"KeyError: 'zone'\">tests/test_a.py:9: in test_key\n    price({})\n"
    "shop/price.py:3: in price\n    return order['zone']\nE   KeyError: 'zone'</failure></testcase>"
    '<testcase classname="tests.test_a" name="test_f" file="tests/test_a.py" line="11" time="0">'
    '<error message="failed on setup with &quot;RuntimeError: no database&quot;">'
    "tests/test_a.py:13: in f\n    raise RuntimeError\nE   RuntimeError: no database</error>"
    "</testcase>"
    '<testcase classname="tests.test_a" name="test_skip" file="tests/test_a.py" line="15" time="0">'
    '<skipped type="pytest.skip" message="no">x</skipped></testcase>'
    "</testsuite></testsuites>"
)

UNCOLLECTED_XML = (
    '<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite name="pytest"'
    ' errors="1" failures="0" skipped="0" tests="1" time="1.5">'
    '<testcase classname="" name="tests.test_b" file="tests/test_b.py" time="0.000">'
    '<error message="collection failure">ImportError while importing test module.\n'
    "Traceback:\n/usr/lib/python3.11/importlib/__init__.py:126: in import_module\n"
    "    return _bootstrap._gcd_import(name)\ntests/test_b.py:1: in &lt;module&gt;\n"
    "    import nothere\nE   ModuleNotFoundError: No module named 'nothere'</error></testcase>"
    "</testsuite></testsuites>"
)

NODE_XML = """\
<?xml version="1.0" encoding="utf-8"?>
<testsuites>
\t<testcase name="adds" time="0.003447" classname="test" failure="Expected 2 !== 3">
\t\t<failure type="testCodeFailure" message="Expected values to be strictly equal:2 !== 3">
Error [ERR_TEST_FAILURE]: Expected values to be strictly equal:

2 !== 3

    at AsyncResource.runInAsyncScope (node:async_hooks:206:9) {
  code: 'ERR_TEST_FAILURE',
  cause: AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:
      at sum (file://lib/sum.mjs:7:3)
      at TestContext.&lt;anonymous> (file://a.test.mjs:2:29)
      at Test.run (node:internal/test_runner/test:796:25)
}
\t\t</failure>
\t</testcase>
\t<testsuite name="group" time="0.001469" tests="2" failures="0" skipped="1" hostname="ci">
\t\t<testcase name="inner &lt;x>" time="0.000390" classname="test"/>
\t\t<testcase name="later" time="0.000225" classname="test">
\t\t\t<skipped type="skipped" message="true"/>
\t\t</testcase>
\t</testsuite>
\t<!-- tests 3 -->
</testsuites>
"""

UNITTEST = """\
setUpClass (test_u.S) ... ERROR
test_bad (test_u.T.test_bad)
Doc line. ... FAIL
test_err (test_u.T.test_err) ... ERROR
test_ok (test_u.T.test_ok) ... ok
test_skip (test_u.T.test_skip) ... skipped 'no'
test_sub (test_u.T.test_sub) ... 
  test_sub (test_u.T.test_sub) (i=0) ... FAIL
  test_sub (test_u.T.test_sub) (i=2) ... FAIL
test_us (test_u.T.test_us) ... unexpected success
test_xf (test_u.T.test_xf) ... expected failure

======================================================================
ERROR: setUpClass (test_u.S)
----------------------------------------------------------------------
Traceback (most recent call last):
  File "test_u.py", line 20, in setUpClass
    def setUpClass(cls): raise OSError("nope")
OSError: nope

======================================================================
ERROR: test_err (test_u.T.test_err)
----------------------------------------------------------------------
Traceback (most recent call last):
  File "test_u.py", line 12, in test_err
    lookup("x")
  File "shop/stock.py", line 4, in lookup
    return {}[name]
KeyError: 'x'

======================================================================
FAIL: test_bad (test_u.T.test_bad)
Doc line.
----------------------------------------------------------------------
Traceback (most recent call last):
  File "test_u.py", line 6, in test_bad
    self.assertEqual(1, 2, "why")
AssertionError: 1 != 2 : why

======================================================================
FAIL: test_sub (test_u.T.test_sub) (i=0)
----------------------------------------------------------------------
Traceback (most recent call last):
  File "test_u.py", line 9, in test_sub
    with self.subTest(i=i): self.assertEqual(i, 1)
AssertionError: 0 != 1

======================================================================
UNEXPECTED SUCCESS: test_us (test_u.T.test_us)
----------------------------------------------------------------------
Ran 7 tests in 0.002s

FAILED (failures=2, errors=2, skipped=1, expected failures=1, unexpected successes=1)
"""

CARGO = """\

running 5 tests
test tests::ig ... ignored
test tests::ok ... ok
test tests::sp - should panic ... FAILED
test tests::bad ... FAILED
test tests::un ... FAILED

failures:

---- tests::sp stdout ----
note: test did not panic as expected at src/lib.rs:14:29
---- tests::bad stdout ----

thread 'tests::bad' (26618) panicked at src/lib.rs:10:19:
assertion `left == right` failed: why 1
  left: 2
 right: 3
stack backtrace:
   0: __rustc::rust_begin_unwind
             at /rustc/5980/library/std/src/panicking.rs:689:5
   4: c::tests::bad
             at ./src/lib.rs:10:19
note: Some details are omitted, run with `RUST_BACKTRACE=full` for a verbose backtrace.

---- tests::un stdout ----

thread 'tests::un' panicked at src/lib.rs:6:35:
called `Option::unwrap()` on a `None` value
stack backtrace:
   5: c::boom
             at ./src/lib.rs:6:35
   6: c::tests::un
             at ./src/lib.rs:11:18


failures:
    tests::bad
    tests::sp
    tests::un

test result: FAILED. 1 passed; 3 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.13s

running 1 test
test src/lib.rs - add (line 2) ... FAILED

failures:

---- src/lib.rs - add (line 2) stdout ----
Test executable failed (exit status: 101).

stderr:

thread 'main' (26649) panicked at /tmp/rustdoctestVcpxBm/doctest_bundle_2024.rs:6:1:
assertion `left == right` failed
  left: 2
 right: 3

failures:
    src/lib.rs - add (line 2)

test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.11s
"""

UNCOMPILED = """\
   Compiling c v0.1.0
error[E0425]: cannot find value `y` in this scope
 --> src/lib.rs:5:34
  |
5 | pub fn add(a:i32,b:i32)->i32{a+y}
  |                                ^ help: a local variable with a similar name exists: `b`

error: could not compile `c` (lib test) due to 1 previous error
"""

GO_EVENTS = """\
{"Action":"start","Package":"example.com/shop/cart"}
{"Action":"run","Package":"example.com/shop/cart","Test":"TestTotal"}
{"Action":"output","Package":"example.com/shop/cart","Test":"TestTotal","Output":"=== RUN   TestTotal\\n"}
{"Action":"run","Package":"example.com/shop/cart","Test":"TestTotal/empty"}
{"Action":"output","Package":"example.com/shop/cart","Test":"TestTotal/empty","Output":"    cart_test.go:12: total = 1, want 0\\n"}
{"Action":"fail","Package":"example.com/shop/cart","Test":"TestTotal/empty","Elapsed":0.01}
{"Action":"fail","Package":"example.com/shop/cart","Test":"TestTotal","Elapsed":0.02}
{"Action":"run","Package":"example.com/shop/cart","Test":"TestAdd"}
{"Action":"pass","Package":"example.com/shop/cart","Test":"TestAdd","Elapsed":1.5}
{"Action":"skip","Package":"example.com/shop/cart","Test":"TestLater","Elapsed":0}
{"Action":"output","Package":"example.com/shop/cart","Output":"FAIL\\n"}
{"Action":"fail","Package":"example.com/shop/cart","Elapsed":0.3}
{"ImportPath":"example.com/shop/web [example.com/shop/web.test]","Action":"build-output","Output":"# example.com/shop/web\\n"}
{"ImportPath":"example.com/shop/web [example.com/shop/web.test]","Action":"build-output","Output":"web/web.go:7:2: undefined: serve\\n"}
{"ImportPath":"example.com/shop/web [example.com/shop/web.test]","Action":"build-fail"}
{"Action":"output","Package":"example.com/shop/web","Output":"FAIL\\texample.com/shop/web [build failed]\\n"}
{"Action":"fail","Package":"example.com/shop/web","Elapsed":0,"FailedBuild":"example.com/shop/web"}
"""

GO_TEXT = """\
=== RUN   TestTotal
--- FAIL: TestTotal (0.00s)
    cart_test.go:12: total = 1, want 0
--- PASS: TestAdd (0.01s)
FAIL
exit status 1
FAIL\texample.com/shop/cart\t0.003s
"""

JEST = """\
{"numFailedTestSuites":2,"numFailedTests":1,"numPassedTests":1,"success":false,"testResults":[
{"assertionResults":[
{"ancestorTitles":["cart"],"duration":3,"failureMessages":["Error: expect(received).toBe(expected) // Object.is equality\\n\\nExpected: 3\\nReceived: 2\\n    at Object.toBe (src/cart.test.js:5:20)\\n    at Promise.then.completed (node_modules/jest-circus/build/utils.js:298:28)"],"fullName":"cart adds","location":null,"status":"failed","title":"adds"},
{"ancestorTitles":["cart"],"duration":1,"failureMessages":[],"fullName":"cart is empty","status":"passed","title":"is empty"},
{"ancestorTitles":[],"failureMessages":[],"fullName":"later","status":"pending","title":"later"}],
"endTime":2,"message":"","name":"src/cart.test.js","startTime":1,"status":"failed","summary":""},
{"assertionResults":[],"endTime":2,"message":"  ● Test suite failed to run\\n\\n    Cannot find module './gone' from 'src/web.test.js'\\n\\n      at Resolver._throw (node_modules/jest-resolve/build/resolver.js:4:11)\\n      at Object.require (src/web.test.js:1:1)","name":"src/web.test.js","startTime":1,"status":"failed","summary":""}],"wasInterrupted":false}
"""

JEST_TEXT = """\
FAIL src/cart.test.js
  cart
    ✕ adds (3 ms)
    ✓ is empty

  ● cart › adds

    expect(received).toBe(expected) // Object.is equality

    Expected: 3
    Received: 2

      at Object.toBe (src/cart.test.js:5:20)

Test Suites: 1 failed, 1 total
Tests:       1 failed, 1 passed, 2 total
Time:        0.4 s
"""
