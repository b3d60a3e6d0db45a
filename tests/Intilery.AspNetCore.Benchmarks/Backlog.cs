using System.Diagnostics;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Outbox.Sqlite;

namespace Intilery.AspNetCore.Benchmarks;

/// <summary>
/// What a row costs from its append to its removal at so many rows waiting: two stores, one with a thousand times as many, take turns.
/// </summary>
internal static class Backlog
{
    private const int Few = 1_000;
    private const int PerWrite = 32;
    private const int Turn = 6_400;
    private const int Rounds = 15;
    private static readonly RowIdSequence _ids = new(TimeProvider.System);

    public static async Task RunAsync(int many, IReadOnlyList<string> databases)
    {
        foreach (var database in databases)
        {
            using var few = await OpenAsync(database, Few);
            using var large = await OpenAsync(database, many);
            List<(TimeSpan Few, TimeSpan Many)> turns = [];
            for (var round = -1; round < Rounds; round++)
            {
                var turn = (await MeasureAsync(few), await MeasureAsync(large));
                if (round >= 0)
                {
                    turns.Add(turn);
                }
            }

            var ratios = turns.Select(turn => turn.Many / turn.Few).Order().ToList();
            Console.WriteLine(
                $"{database,-10} {turns.Select(turn => turn.Few).Order().ElementAt(Rounds / 2).TotalMicroseconds / Turn,7:F1} us a row at {Few:N0} waiting"
                + $"   {turns.Select(turn => turn.Many).Order().ElementAt(Rounds / 2).TotalMicroseconds / Turn,7:F1} us at {many:N0}   {ratios[Rounds / 2]:F2} times ({ratios[0]:F2} to {ratios[^1]:F2})");
        }
    }

    private static async Task<IOutboxStore> OpenAsync(string database, int rows)
    {
        var folder = Directory.CreateTempSubdirectory("intilery-backlog-").FullName;
        var store = database == "sqlite"
            ? new SqliteOutboxStore(new SqliteOutboxSettings(folder, false, 1L << 34), Sample.Diagnostics())
            : await SharedStore.OpenAsync(options => Databases.Use(options, database, $"backlog_{rows}"));
        store.Open();
        for (var written = 0; written < rows; written += Turn)
        {
            await AppendAsync(store, Math.Min(Turn, rows - written));
        }

        return store;
    }

    private static async Task<TimeSpan> MeasureAsync(IOutboxStore store)
    {
        var began = Stopwatch.GetTimestamp();
        await AppendAsync(store, Turn);
        for (var removed = 0; removed < Turn;)
        {
            var due = await store.ReadAsync(Sample.Destination, DateTimeOffset.UtcNow, Math.Min(1_000, Turn - removed), CancellationToken.None);
            await store.CompleteAsync([.. due.Select(row => row.Id)], CancellationToken.None);
            removed += due.Count;
        }

        return Stopwatch.GetElapsedTime(began);
    }

    // As requests do that share a transaction.
    private static async Task AppendAsync(IOutboxStore store, int count)
    {
        for (var written = 0; written < count; written += PerWrite)
        {
            await store.WriteAsync([.. Enumerable.Range(0, Math.Min(PerWrite, count - written)).Select(_ => Sample.Write(_ids.Next()))], CancellationToken.None);
        }
    }
}
