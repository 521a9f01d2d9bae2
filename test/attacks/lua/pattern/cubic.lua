-- Four repetitions over a long text.
-- ends: never
string.find(("a"):rep(20000), "a-a-a-a-b")
