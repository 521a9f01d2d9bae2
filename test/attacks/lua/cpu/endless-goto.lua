-- A jump without end.
-- ends: never
::again::
goto again
