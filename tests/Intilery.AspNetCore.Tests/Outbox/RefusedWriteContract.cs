using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.Logging;
using static Intilery.AspNetCore.Tests.Support.OutboxSample;

namespace Intilery.AspNetCore.Tests.Outbox;

/// <summary>What becomes of an event that the store's own database refuses, in every store that has one, and of those beside it.</summary>
public abstract class RefusedWriteContract : StoreContract
{
    private protected const string Bad = "Bad Event";

    private readonly ObservedClock _clock = new();
    private readonly OutboxSignal _signal = new();
    private readonly TestDiagnostics _diagnostics;
    private OutboxWriter? _writer;

    protected RefusedWriteContract() => _diagnostics = new TestDiagnostics(_clock);

    private OutboxWriter Writer => _writer ??= new OutboxWriter(Store, _signal, new OutboxWriterSettings(TimeSpan.FromHours(1), 10_000), _diagnostics.Diagnostics, _clock);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_event_that_is_refused_becomes_a_dead_letter_and_those_beside_it_are_stored(bool isKnown)
    {
        await RefuseAsync(Table.Rows, isKnown);

        await WriteAsync([Row(1)], [Row(2), BadRow(3, "u2"), Row(4)], [BadRow(5, "u3")], [Row(6, "u3")]);

        Assert.Equal([1, 2, 4, 6], await Store.IdsAsync());
        var letters = await Store.ReadDeadLettersAsync(0, 10, CancellationToken.None);
        Assert.Equal([(3L, "u2"), (5L, "u3")], letters.Select(letter => (letter.Row.Id, letter.Row.UserId)));
        Assert.All(letters, letter => Assert.StartsWith("The outbox could not store it: ", letter.Message, StringComparison.Ordinal));
        Assert.Equal(2, _diagnostics.Dropped["unstorable"]);
        var line = Assert.Single(_diagnostics.Log.All, line => line.Id == 310);
        Assert.Equal((LogLevel.Error, "The outbox can never store Bad Event (row 3): it is kept as a dead letter, and IIntileryOutbox lists it."), (line.Level, line.Message));
        Assert.NotNull(Writer.LastSetAside);
        Assert.Null(Writer.Fault);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task One_that_is_refused_as_a_dead_letter_too_is_dropped_counted_and_said_and_those_beside_it_are_stored(bool isKnown)
    {
        await RefuseAsync(Table.Rows, isKnown);
        await RefuseAsync(Table.DeadLetters, isKnown);

        await WriteAsync([Row(1)], [BadRow(2), Row(3)]);

        Assert.Equal([1, 3], await Store.IdsAsync());
        Assert.Equal(0, (await Store.GetStatusAsync(CancellationToken.None)).DeadLetters);
        Assert.Equal(1, _diagnostics.Dropped["unstorable"]);
        Assert.Equal(["The outbox cannot store Bad Event (row 2), not even as a dead letter: it is lost."], _diagnostics.Logged(311));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task One_that_is_refused_holds_nobody_back_and_what_depends_on_other_intents_is_stored_once(bool isKnown)
    {
        await Store.WriteAsync(Write(Intent(8, "u1")), Write(Intent(9, "u2")));
        await RefuseAsync(Table.Rows, isKnown);
        await RefuseAsync(Table.DeadLetters, isKnown);

        await WriteAsync(new OutboxCommit([8, 9], [BadRow(1) with { IntentId = 8 }, Row(2, "u2", intentId: 9), Row(3, "u2", intentId: 9)]));
        await WriteAsync([Row(4)]);

        Assert.Equal([2, 3, 4], await Store.IdsAsync());
        Assert.Equal(0, (await Store.GetStatusAsync(CancellationToken.None)).Intents);
    }

    [Fact]
    public async Task While_the_database_refuses_every_event_for_a_reason_that_nobody_knows_all_of_them_wait()
    {
        await RefuseAsync(Table.Rows, isKnown: false);
        await RefuseAsync(Table.DeadLetters, isKnown: false);
        Writer.Start();
        var recorded = new[] { BadRow(1), BadRow(2), BadRow(3) }.Select(row => Writer.CommitAsync(row).AsTask()).ToList();

        foreach (var delay in (int[])[100, 200, 400, 800, 1600, 3200, 5000, 5000])
        {
            await _clock.PassAsync(TimeSpan.FromMilliseconds(delay));
        }

        // Healed between two attempts: one that is under way would find the events refused, and room for dead letters.
        await _clock.WaitedForAsync(TimeSpan.FromMilliseconds(5000));
        Assert.Empty(_diagnostics.Dropped);
        Assert.Equal(StoreFault.Unknown, Writer.Fault);
        await HealAsync();
        await _clock.PassUntilAsync(Task.WhenAll(recorded), TimeSpan.FromHours(1));

        Assert.Equal([1, 2, 3], await Store.IdsAsync());
        Assert.Null(Writer.Fault);
    }

    [Fact]
    public async Task One_that_is_refused_for_a_reason_that_nobody_knows_waits_until_another_shows_that_it_alone_is()
    {
        await RefuseAsync(Table.Rows, isKnown: false);
        await RefuseAsync(Table.DeadLetters, isKnown: false);
        Writer.Start();
        var refused = Writer.CommitAsync(BadRow(1)).AsTask();
        foreach (var delay in (int[])[100, 200, 400, 800, 1600, 3200, 5000])
        {
            await _clock.PassAsync(TimeSpan.FromMilliseconds(delay));
        }

        Assert.False(refused.IsCompleted);
        var other = Writer.CommitAsync(Row(2)).AsTask();
        await _clock.PassUntilAsync(Task.WhenAll(refused, other), TimeSpan.FromHours(1));

        Assert.Equal((RecordOutcome.Dropped, RecordOutcome.Recorded), (await refused, await other));
        Assert.Equal([2], await Store.IdsAsync());
        Assert.Equal(1, _diagnostics.Dropped["unstorable"]);
    }

    [Fact]
    public async Task Of_a_thousand_events_of_one_request_the_one_that_is_refused_alone_is_set_aside()
    {
        await RefuseAsync(Table.Rows, isKnown: true);

        await WriteAsync([.. Enumerable.Range(1, 1000).Select(id => id == 700 ? BadRow(id) : Row(id))]);

        Assert.Equal(Enumerable.Range(1, 1000).Where(id => id != 700).Select(id => (long)id), await Store.IdsAsync());
        Assert.Equal([700], (await Store.ReadDeadLettersAsync(0, 10, CancellationToken.None)).Select(letter => letter.Row.Id));
    }

    /// <summary>A table of the outbox.</summary>
    public enum Table
    {
        Rows,
        DeadLetters,
    }

    /// <summary>Has the database refuse events of that name: by a constraint, or by an error that says nothing.</summary>
    protected abstract Task RefuseAsync(Table table, bool isKnown);

    /// <summary>Has the database take all again.</summary>
    protected abstract Task HealAsync();

    private protected override void CleanUp()
    {
        _writer?.Dispose();
        _signal.Dispose();
        _diagnostics.Dispose();
    }

    private static OutboxRow BadRow(long id, string userId = "u1") => Row(id, userId) with { EventName = Bad };

    private Task WriteAsync(params OutboxRow[][] requests) => WriteAsync([.. requests.Select(rows => new OutboxCommit([], rows))]);

    private async Task WriteAsync(params OutboxCommit[] settlements)
    {
        // All of them before the first is taken, so that they share a batch.
        var recorded = settlements.Select(commit => Writer.CommitAsync(commit, CancellationToken.None).AsTask()).ToList();
        Writer.Start();
        await _clock.PassUntilAsync(Task.WhenAll(recorded), TimeSpan.FromHours(1));
    }
}
