%% Erlang's processes: reads `task count argument` line by line, answers nanoseconds (peer.ts). Each task runs in a process of its own.
-module(bench_erlang).
-export([main/0]).

-define(BATCH, 500).

main() ->
    case io:get_line("") of
        eof -> halt();
        Line ->
            [Task | Rest] = string:lexemes(string:trim(Line), " "),
            Count = case Rest of [] -> 0; [First | _] -> list_to_integer(First) end,
            Kind = case Rest of [_, Second | _] -> Second; _ -> "" end,
            io:put_chars([alone(fun() -> task(Task, Count, Kind) end), "\n"]),
            main()
    end.

alone(Run) ->
    {_, Ref} = spawn_monitor(fun() -> exit({answer, Run()}) end),
    receive
        {'DOWN', Ref, process, _, {answer, Answer}} -> Answer;
        {'DOWN', Ref, process, _, Why} -> io_lib:format("!~0p", [Why])
    end.

task("ping", Count, "number") -> echoed(fun(Echo) -> numbers(Echo, Count) end);
task("ping", Count, _) -> echoed(fun(Echo) -> tuples(Echo, Count) end);
task("batch", Count, _) ->
    Me = self(),
    Receiver = spawn_link(fun() -> receiver(Me, 0, 0) end),
    Taken = timed(fun() -> batches(Receiver, (Count + ?BATCH - 1) div ?BATCH) end),
    unlink(Receiver), exit(Receiver, kill),
    Taken;
task("spawn", Count, _) ->
    Me = self(),
    timed(fun() -> repeat(Count, fun() -> spawn(fun() -> Me ! up end), receive up -> ok end end) end);
task("life", Count, _) ->
    timed(fun() -> repeat(Count, fun() -> {_, Ref} = spawn_monitor(fun() -> ok end), receive {'DOWN', Ref, _, _, _} -> ok end end) end);
task("monitored", Count, _) ->
    timed(fun() ->
        repeat(Count, fun() -> spawn_monitor(fun() -> ok end) end),
        repeat(Count, fun() -> receive {'DOWN', _, _, _, _} -> ok end end)
    end);
task("waiting", Count, _) ->
    Me = self(),
    Start = erlang:monotonic_time(nanosecond),
    Pids = [element(1, spawn_monitor(fun() -> Me ! up, waiter() end)) || _ <- lists:seq(1, Count)],
    repeat(Count, fun() -> receive up -> ok end end),
    Taken = integer_to_list(erlang:monotonic_time(nanosecond) - Start),
    [exit(Pid, kill) || Pid <- Pids],
    Taken;
task("alive", Count, _) ->
    erlang:garbage_collect(),
    Before = erlang:memory(total),
    Resident = resident(),
    Start = erlang:monotonic_time(nanosecond),
    Pids = [spawn(fun waiter/0) || _ <- lists:seq(1, Count)],
    Spawned = erlang:monotonic_time(nanosecond) - Start,
    erlang:garbage_collect(),
    Total = (erlang:memory(total) - Before - Count * 16) div Count, %% the list of pids is ours
    Grown = (resident() - Resident) div Count,
    {memory, Own} = process_info(hd(Pids), memory),
    Me = self(),
    Ping = timed(fun() ->
        [Pid ! {ping, Me} || Pid <- Pids],
        repeat(Count, fun() -> receive pong -> ok end end)
    end),
    [exit(Pid, kill) || Pid <- Pids],
    io_lib:format("{\"resident\":~b,\"heap\":~b,\"image\":~b,\"spawnNs\":~b,\"pingNs\":~s}", [Grown, Total, Own, Spawned, Ping]);
task("version", _, _) -> io_lib:format("\"OTP ~s ~s\"", [erlang:system_info(otp_release), erlang:system_info(emu_flavor)]).

%% Bytes that the system has given this program, where the system says so.
resident() ->
    case file:read_file("/proc/self/statm") of
        {ok, Text} -> list_to_integer(lists:nth(2, string:lexemes(binary_to_list(Text), " "))) * 4096;
        _ -> 0
    end.

timed(Run) ->
    Start = erlang:monotonic_time(nanosecond),
    Run(),
    integer_to_list(erlang:monotonic_time(nanosecond) - Start).

repeat(0, _) -> ok;
repeat(Count, Act) -> Act(), repeat(Count - 1, Act).

echoed(Ping) ->
    Me = self(),
    Echo = spawn_link(fun() -> echo(Me) end),
    Taken = timed(fun() -> Ping(Echo) end),
    unlink(Echo), exit(Echo, kill),
    Taken.

echo(To) -> receive {ping, Message} -> To ! {pong, Message}, echo(To) end.

numbers(_, 0) -> ok;
numbers(Echo, Count) -> Echo ! {ping, Count}, receive {pong, _} -> numbers(Echo, Count - 1) end.

tuples(_, 0) -> ok;
tuples(Echo, Count) ->
    Echo ! {ping, #{from => self(), id => Count, data => [<<"hello">>, 3.5, true]}},
    receive {pong, _} -> tuples(Echo, Count - 1) end.

batches(_, 0) -> ok;
batches(Receiver, Left) ->
    batch(Receiver, ?BATCH),
    receive {ack, _} -> batches(Receiver, Left - 1) end.

batch(_, 0) -> ok;
batch(Receiver, Left) -> Receiver ! {number, Left}, batch(Receiver, Left - 1).

receiver(To, Sum, ?BATCH) -> To ! {ack, Sum}, receiver(To, Sum, 0);
receiver(To, Sum, Seen) -> receive {number, Number} -> receiver(To, Sum + Number, Seen + 1) end.

waiter() -> receive {ping, To} -> To ! pong, waiter() end.
