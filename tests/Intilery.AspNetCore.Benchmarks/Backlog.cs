using System.Diagnostics;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Outbox.Sqlite;

namespace Intilery.AspNetCore.Benchmarks;

/// <summary>
/// What a row costs from its append to its removal at so many rows waiting: two stores, one with a thousand times as many, take turns. And
/// what one append takes beside what a health check reads, which it reads here without a pause. The rows are of so many users that each row of
/// a commit is in another page of an index of users.
/// </summary>
internal static class Backlog
{
    private const int Few = 1_000;
    private const int PerWrite = 32;
    private const int PerFill = 2_000;
    private const int MaxFill = 10_000;
    private const int Turn = 6_400;
    private const int Rounds = 15;
    private const int Single = 400;
    private const int Users = 10_007;
    private static readonly RowIdSequence _ids = new(TimeProvider.System);

    public static async Task RunAsync(int many, IReadOnlyList<string> databases)
    {
        foreach (var database in databases)
        {
            await using var few = await WaitingRows.OpenAsync(database, Few);
            await using var large = await WaitingRows.OpenAsync(database, many);
            List<(Cost Few, Cost Many)> turns = [];
            for (var round = -1; round < Rounds; round++)
            {
                var turn = (await MeasureAsync(few.Store), await MeasureAsync(large.Store));
                if (round >= 0)
                {
                    turns.Add(turn);
                }
            }

            Write(database, "an append", many, turns, cost => cost.Append);
            Write(database, "a removal", many, turns, cost => cost.Removal);
            Write(database, "both", many, turns, cost => cost.Append + cost.Removal);

            var alone = await AppendEachAsync(large.Store);
            using var enough = new CancellationTokenSource();
            var looks = LookAsync(large.Store, enough.Token);
            var beside = await AppendEachAsync(large.Store);
            await enough.CancelAsync();
            Console.WriteLine($"{database,-10} one append at {many:N0}: {Describe(alone)}; beside {await looks:N0} health checks: {Describe(beside)}");
        }
    }

    private static void Write(string database, string what, int many, List<(Cost Few, Cost Many)> turns, Func<Cost, TimeSpan> of)
    {
        var ratios = turns.Select(turn => of(turn.Many) / of(turn.Few)).Order().ToList();
        Console.WriteLine(
            $"{database,-10} {what,-10} {turns.Select(turn => of(turn.Few)).Order().ElementAt(Rounds / 2).TotalMicroseconds / Turn,7:F1} us a row at {Few:N0} waiting"
            + $"   {turns.Select(turn => of(turn.Many)).Order().ElementAt(Rounds / 2).TotalMicroseconds / Turn,7:F1} us at {many:N0}   {ratios[Rounds / 2]:F2} times ({ratios[0]:F2} to {ratios[^1]:F2})");
    }

    private static string Describe(List<TimeSpan> times) =>
        $"median {times[times.Count / 2].TotalMilliseconds:F2} ms, 95 of 100 within {times[times.Count * 95 / 100].TotalMilliseconds:F2} ms, longest {times[^1].TotalMilliseconds:F1} ms";

    private static async Task<Cost> MeasureAsync(IOutboxStore store)
    {
        var began = Stopwatch.GetTimestamp();
        await AppendAsync(store, Turn, PerWrite);
        var append = Stopwatch.GetElapsedTime(began);
        for (var removed = 0; removed < Turn;)
        {
            var due = await store.ReadAsync(Sample.Destination, DateTimeOffset.UtcNow, Math.Min(1_000, Turn - removed), CancellationToken.None);
            await store.CompleteAsync([.. due.Select(row => row.Id)], CancellationToken.None);
            removed += due.Count;
        }

        return new Cost(append, Stopwatch.GetElapsedTime(began) - append);
    }

    private static async Task<List<TimeSpan>> AppendEachAsync(IOutboxStore store)
    {
        List<TimeSpan> times = [];
        for (var i = 0; i < Single; i++)
        {
            var began = Stopwatch.GetTimestamp();
            await AppendAsync(store, 1, 1);
            times.Add(Stopwatch.GetElapsedTime(began));
            await Task.Delay(2);
        }

        times.Sort();
        return times;
    }

    private static async Task<int> LookAsync(IOutboxStore store, CancellationToken enough)
    {
        await Task.Yield();
        var looks = 0;
        for (; !enough.IsCancellationRequested; looks++)
        {
            await store.GetWaitingSinceAsync(Sample.Destination, DateTimeOffset.UtcNow, CancellationToken.None);
            await store.GetStatusAsync(CancellationToken.None);
            await store.CountNewerAsync(Sample.Destination, CancellationToken.None);
        }

        return looks;
    }

    // As requests do that share a transaction.
    private static async Task AppendAsync(IOutboxStore store, int count, int perWrite)
    {
        for (var written = 0; written < count; written += perWrite)
        {
            await store.WriteAsync([.. Enumerable.Range(0, Math.Min(perWrite, count - written)).Select(_ => Write(_ids.Next()))], CancellationToken.None);
        }
    }

    private static OutboxWrite Write(long id) => Sample.Write(id, $"user-{id % Users}");

    private readonly record struct Cost(TimeSpan Append, TimeSpan Removal);

    // A store with rows in it, which leaves nothing behind.
    private sealed record WaitingRows(IOutboxStore Store, Func<Task> RemoveAsync) : IAsyncDisposable
    {
        public static async Task<WaitingRows> OpenAsync(string database, int rows)
        {
            if (database == "sqlite")
            {
                var folder = Directory.CreateTempSubdirectory("intilery-backlog-");
                var store = new SqliteOutboxStore(new SqliteOutboxSettings(folder.FullName, false, 1L << 34), Sample.Diagnostics());
                store.Open();
                await AppendAsync(store, rows, PerFill);
                return new WaitingRows(store, () =>
                {
                    folder.Delete(recursive: true);
                    return Task.CompletedTask;
                });
            }

            var (shared, context) = await SharedStore.OpenAsync(options => Databases.Use(options, database, $"backlog_{rows}"));
            var (count, first) = (rows, _ids.Next());
            var doublings = 0;
            for (; count >= 2 * MaxFill; doublings++)
            {
                count /= 2;
            }

            await AppendAsync(shared, count, PerFill);
            for (var shift = _ids.Next() - first; doublings > 0; (shift, doublings) = (shift * 2, doublings - 1))
            {
                await SharedStore.DoubleAsync(context, shift);
            }

            return new WaitingRows(shared, () => context.Database.EnsureDeletedAsync());
        }

        public async ValueTask DisposeAsync()
        {
            Store.Dispose();
            await RemoveAsync();
        }
    }
}
