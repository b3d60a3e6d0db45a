using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Outbox.Sqlite;
using Intilery.AspNetCore.Tests.Support;
using static Intilery.AspNetCore.Tests.Support.OutboxSample;

namespace Intilery.AspNetCore.Tests.Outbox.Sqlite;

public sealed class SizeLimitTests : IDisposable
{
    private const long Limit = 200 << 10;

    private readonly SqliteFolder _folder = new();
    private readonly SqliteOutboxStore _store;

    public SizeLimitTests() => _store = _folder.Open(Limit);

    [Fact]
    public async Task A_full_file_refuses_the_whole_write_keeps_what_is_in_it_and_names_the_option()
    {
        var held = await FillAsync();

        var refused = await Assert.ThrowsAsync<OutboxFullException>(async () => await _store.WriteAsync(Large(9001), Large(9002)));

        Assert.Contains($"Intilery:Outbox:MaxBytes, {Limit} bytes", refused.Message, StringComparison.Ordinal);
        Assert.Equal(held, await _store.IdsAsync());
        _store.Dispose();
        Assert.InRange(new FileInfo(_folder.Databases.Single()).Length, Limit / 2, Limit);
    }

    [Fact]
    public async Task Delivery_makes_room()
    {
        var held = await FillAsync();
        await _store.CompleteAsync([held[0], held[1]], CancellationToken.None);

        await _store.WriteAsync(Large(9001));

        Assert.Equal([.. held.Skip(2), 9001], await _store.IdsAsync());
    }

    [Fact]
    public async Task A_rejection_needs_no_room()
    {
        var held = await FillAsync();
        var rows = await _store.ReadAsync(Here, Noon, 1000, CancellationToken.None);

        foreach (var row in rows)
        {
            await _store.RejectAsync(new DeadLetter(row, new string('m', 2000), Noon), CancellationToken.None);
        }

        var status = await _store.GetStatusAsync(CancellationToken.None);
        Assert.Equal((0L, (long)held.Count), (status.Rows, status.DeadLetters));
    }

    [Fact]
    public async Task The_limit_outlives_a_restart()
    {
        var held = await FillAsync();
        _store.Dispose();

        var again = _folder.Open(Limit);

        await Assert.ThrowsAsync<OutboxFullException>(async () => await again.WriteAsync(Large(9001)));
        Assert.Equal(held, await again.IdsAsync());
    }

    [Fact]
    public async Task Requests_go_on_what_the_buffer_cannot_take_is_counted_as_outbox_full_and_all_heals_by_delivery()
    {
        var held = await FillAsync();
        var clock = new ObservedClock();
        using var diagnostics = new TestDiagnostics(clock);
        using var signal = new OutboxSignal();
        using var writer = new OutboxWriter(
            _store, signal, new OutboxWriterSettings(TimeSpan.FromSeconds(1), Capacity: 2), diagnostics.Diagnostics, clock);
        writer.Start();

        var first = writer.CommitAsync(CommitOf(9001), CancellationToken.None).AsTask();
        await clock.PassAsync(TimeSpan.FromMilliseconds(100));
        var waiting = new[] { 9002, 9003 }.Select(id => writer.CommitAsync(CommitOf(id), CancellationToken.None).AsTask()).ToList();
        Assert.Equal(RecordOutcome.Dropped, await writer.CommitAsync(CommitOf(9004), CancellationToken.None));
        Assert.Equal(1, diagnostics.Dropped["outbox-full"]);
        Assert.IsType<OutboxFullException>(Assert.Single(diagnostics.Log.All, line => line.Id == 301).Exception);

        await _store.CompleteAsync([.. held.Take(6)], CancellationToken.None);
        await clock.PassAsync(TimeSpan.FromMilliseconds(200));
        Assert.All(await Task.WhenAll([first, .. waiting]), outcome => Assert.Equal(RecordOutcome.Recorded, outcome));
        Assert.Equal([.. held.Skip(6), 9001, 9002, 9003], await _store.IdsAsync());
    }

    public void Dispose() => _folder.Dispose();

    private static OutboxWrite Large(long id) => new(null, CommitOf(id));

    private static OutboxCommit CommitOf(long id) => new([], [Row(id) with { Payload = new byte[8000] }]);

    private async Task<IReadOnlyList<long>> FillAsync()
    {
        for (var id = 1; ; id++)
        {
            try
            {
                await _store.WriteAsync(Large(id));
            }
            catch (OutboxFullException)
            {
                var held = await _store.IdsAsync();
                Assert.InRange(held.Count, 10, 30);
                return held;
            }
        }
    }
}
