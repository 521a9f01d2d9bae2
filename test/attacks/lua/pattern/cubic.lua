-- Four repetitions over a long text.
-- ends: PROCESS_FUEL
string.find(("a"):rep(20000), "a-a-a-a-b")
