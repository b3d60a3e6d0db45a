using System.Diagnostics;
using System.Globalization;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Outbox.Sqlite;
using Microsoft.AspNetCore.DataProtection;

namespace Intilery.AspNetCore.Benchmarks;

/// <summary>What <c>Outbox:Protect</c> adds to an event: the two calls by themselves, and events that are stored, read and deleted, a thousand at a time.</summary>
internal static class ProtectionCosts
{
    private const int Rounds = 7;
    private const int PerRound = 5_000;
    private const int PerCommit = 1_000;

    public static async Task RunAsync()
    {
        var protection = new PayloadProtection(() => new EphemeralDataProtectionProvider(), protects: true);
        var payload = Sample.Row(1).Payload;
        var stored = protection.Protect(payload);
        var (protect, unprotect) = (new List<double>(), new List<double>());
        var (plain, protects) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            protect.Add(Time(() => protection.Protect(payload)));
            unprotect.Add(Time(() => protection.Unprotect(stored)));

            // One after the other, so that what else the machine does meets both.
            plain.Add(await StoreAsync(PayloadProtection.None));
            protects.Add(await StoreAsync(protection));
        }

        Print($"protect {Median(protect):N1} µs, unprotect {Median(unprotect):N1} µs, {payload.Length} bytes become {stored.Length}");
        Print($"stored, read and deleted: {Median(plain):N1} µs an event, protected {Median(protects):N1} µs");
    }

    private static double Time(Action action)
    {
        var began = CpuTime();
        for (var i = 0; i < PerRound; i++)
        {
            action();
        }

        return (CpuTime() - began).TotalMicroseconds / PerRound;
    }

    private static async Task<double> StoreAsync(PayloadProtection protection)
    {
        var folder = Directory.CreateTempSubdirectory("intilery-benchmark-").FullName;
        var ids = new RowIdSequence(TimeProvider.System);
        using var store = new SqliteOutboxStore(new SqliteOutboxSettings(folder, SyncEveryCommit: false, 1L << 30) { Protection = protection }, Sample.Diagnostics());
        store.Open();
        var began = CpuTime();
        for (var i = 0; i < PerRound; i += PerCommit)
        {
            await store.WriteAsync([.. Enumerable.Range(0, PerCommit).Select(_ => Sample.Write(ids.Next()))], CancellationToken.None);
            var rows = await store.ReadAsync(Sample.Destination, DateTimeOffset.MaxValue, PerCommit, CancellationToken.None);
            await store.CompleteAsync([.. rows.Select(row => row.Id)], CancellationToken.None);
        }

        var elapsed = (CpuTime() - began).TotalMicroseconds / PerRound;
        store.Dispose();
        Directory.Delete(folder, recursive: true);
        return elapsed;
    }

    // Of the process: what else the machine does is not in it.
    private static TimeSpan CpuTime()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime;
    }

    private static double Median(List<double> times) => times.Order().ElementAt(times.Count / 2);

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
