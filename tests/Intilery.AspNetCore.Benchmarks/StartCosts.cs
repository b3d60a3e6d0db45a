using System.Diagnostics;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Outbox.Sqlite;

namespace Intilery.AspNetCore.Benchmarks;

/// <summary>
/// The time from the start of a process to the answer to its first request, a sign-in: without the package, with it, and with it where a
/// process that was killed has left a file of so many events. The three take turns.
/// </summary>
internal static class StartCosts
{
    private const int Rounds = 11;
    private const int PerWrite = 2_000;

    public static async Task RunAsync(int rows)
    {
        await using var api = await StandIn.StartAsync("\"messageId\"");
        var left = Directory.CreateTempSubdirectory("intilery-left-");
        using var store = new SqliteOutboxStore(new SqliteOutboxSettings(left.FullName, false, 1L << 34), Sample.Diagnostics());
        store.Open();
        var ids = new RowIdSequence(TimeProvider.System);
        for (var written = 0; written < rows; written += PerWrite)
        {
            await store.WriteAsync(
                [.. Enumerable.Range(0, PerWrite).Select(_ => new OutboxWrite(null, new OutboxCommit([], [Sample.Row(ids.Next()) with { Destination = $"{api.Address.AbsoluteUri}track/acme/acme/ACME" }])))],
                CancellationToken.None);
        }

        List<Round> rounds = [];
        for (var round = -1; round < Rounds; round++)
        {
            var turn = new Round(
                await MeasureAsync(),
                await MeasureAsync(api.Address.AbsoluteUri, Directory.CreateTempSubdirectory("intilery-start-").FullName),
                await MeasureAsync(api.Address.AbsoluteUri, CopyOf(left)));
            if (round >= 0)
            {
                rounds.Add(turn);
            }
        }

        Console.WriteLine($"to the first answer, the median of {Rounds} rounds (least to most)");
        Write("without the package", rounds, round => round.Without);
        Write("with it", rounds, round => round.With);
        Write($"with it, {rows:N0} events left", rounds, round => round.AfterKill);
        store.Dispose();
        left.Delete(recursive: true);
    }

    private static void Write(string what, List<Round> rounds, Func<Round, TimeSpan> of)
    {
        var times = rounds.Select(of).Order().ToList();
        var more = rounds.Select(round => of(round) - round.Without).Order().ToList();
        Console.WriteLine(
            $"{what,-32} {times[Rounds / 2].TotalMilliseconds,6:N0} ms ({times[0].TotalMilliseconds:N0} to {times[^1].TotalMilliseconds:N0})"
            + $"   {more[Rounds / 2].TotalMilliseconds,6:N0} ms more ({more[0].TotalMilliseconds:N0} to {more[^1].TotalMilliseconds:N0})");
    }

    private static async Task<TimeSpan> MeasureAsync(params string[] package)
    {
        using var client = new HttpClient();
        var began = Stopwatch.GetTimestamp();
        await using var application = await ChildProcess.StartAsync(["web", "sqlite", .. package]);
        using var response = await client.PostAsync(new Uri(application.Address, "/sign-in"), null);
        var taken = Stopwatch.GetElapsedTime(began);
        response.EnsureSuccessStatusCode();
        return taken;
    }

    // As a kill leaves them: nothing merged, nothing locked.
    private static string CopyOf(DirectoryInfo folder)
    {
        var copy = Directory.CreateTempSubdirectory("intilery-start-").FullName;
        foreach (var file in folder.EnumerateFiles().Where(file => file.Extension is ".db" or ".db-wal"))
        {
            file.CopyTo(Path.Combine(copy, file.Name));
        }

        return copy;
    }

    private readonly record struct Round(TimeSpan Without, TimeSpan With, TimeSpan AfterKill);
}
