using System.Text;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;
using static Intilery.AspNetCore.Tests.Support.OutboxSample;

namespace Intilery.AspNetCore.Tests.Outbox;

/// <summary>What becomes of events that the API refused, in every store.</summary>
public abstract class DeadLetterContract : DestinationContract
{
    [Fact]
    public async Task What_waits_is_read_page_by_page_of_a_user_or_of_all_held_back_or_not()
    {
        await Store.WriteAsync(Write(Intent(9, "u2")), Commit(Row(3, "u2"), Row(1), Row(2, userId: null) with { Destination = "https://other.test" }, Row(4)));

        Assert.Equal([1, 2, 3, 4], await WaitingAsync(null, 0, 10));
        Assert.Equal([2, 3], await WaitingAsync(null, 1, 2));
        Assert.Equal([1, 4], await WaitingAsync("u1", 0, 10));
        Assert.Equal([4], await WaitingAsync("u1", 1, 10));
        Assert.Empty(await WaitingAsync("U1", 0, 10));
        var row = (await Store.ReadWaitingAsync("u2", 0, 1, CancellationToken.None))[0];
        Assert.Equal((3L, "Signed In", "u2", Here, Payload(3, "u2")), (row.Id, row.EventName, row.UserId, row.Destination, Encoding.UTF8.GetString(row.Payload.Span)));

        async Task<IEnumerable<long>> WaitingAsync(string? userId, long afterId, int maxCount) =>
            (await Store.ReadWaitingAsync(userId, afterId, maxCount, CancellationToken.None)).Select(waiting => waiting.Id);
    }

    [Fact]
    public async Task A_rejected_row_becomes_a_dead_letter_once()
    {
        await Store.WriteAsync(Commit(Row(1), Row(2)));
        await Store.RejectAsync(new DeadLetter(Row(1), "userId must not be empty", Noon), CancellationToken.None);
        await Store.RejectAsync(new DeadLetter(Row(1), "again", Noon), CancellationToken.None);

        Assert.Equal([2], await Store.IdsAsync());
        AssertCounts(await StatusAsync(), rows: 1, intents: 0, deadLetters: 1);
    }

    [Fact]
    public async Task A_row_that_is_gone_cannot_become_a_dead_letter()
    {
        await Store.RejectAsync(new DeadLetter(Row(1), "late", Noon), CancellationToken.None);

        AssertCounts(await StatusAsync(), rows: 0, intents: 0, deadLetters: 0);
    }

    [Fact]
    public async Task Dead_letters_come_back_as_they_were_rejected_in_order_and_page_by_page()
    {
        await Store.WriteAsync(Commit(Row(3, "u3"), Row(1, userId: null), Row(2) with { Destination = "https://other.test" }));
        foreach (var row in (OutboxRow[])[Row(2), Row(3), Row(1)])
        {
            await Store.RejectAsync(new DeadLetter(row, $"no {row.Id}", Noon.AddSeconds(row.Id)), CancellationToken.None);
        }

        var all = await DeadLettersAsync();
        Assert.Equal([1, 2, 3], all.Select(letter => letter.Row.Id));
        Assert.Equal([2], (await Store.ReadDeadLettersAsync(1, 1, CancellationToken.None)).Select(letter => letter.Row.Id));
        var last = all[^1];
        Assert.Equal(("no 3", Noon.AddSeconds(3)), (last.Message, last.At));
        Assert.Equal((3L, "Signed In", "u3", Noon, Here), (last.Row.Id, last.Row.EventName, last.Row.UserId, last.Row.DueAt, last.Row.Destination));
        Assert.Equal(Payload(3, "u3"), Encoding.UTF8.GetString(last.Row.Payload.Span));
        Assert.Null(all[0].Row.UserId);
        Assert.Equal("https://other.test", all[1].Row.Destination);
    }

    [Fact]
    public async Task A_restored_dead_letter_waits_where_it_was_among_the_rows_of_its_user()
    {
        await Store.WriteAsync(Commit(Row(1), Row(2), Row(3)));
        await Store.RejectAsync(new DeadLetter(Row(2), "no", Noon), CancellationToken.None);

        Assert.Equal(1, await Store.RestoreAsync([2, 404], CancellationToken.None));
        Assert.Equal(0, await Store.RestoreAsync([2], CancellationToken.None));

        Assert.Equal([1, 2, 3], await Store.IdsAsync());
        Assert.Empty(await DeadLettersAsync());
        Assert.Equal(Payload(2, "u1"), Encoding.UTF8.GetString((await Store.ReadAsync(Here, Noon, 10, CancellationToken.None))[1].Payload.Span));
    }

    [Fact]
    public async Task Dead_letters_are_purged_by_id_or_by_age()
    {
        await Store.WriteAsync(Commit(Row(1), Row(2), Row(3), Row(4)));
        foreach (var id in (long[])[1, 2, 3])
        {
            await Store.RejectAsync(new DeadLetter(Row(id), "no", Noon.AddDays(id)), CancellationToken.None);
        }

        Assert.Equal(1, await Store.PurgeAsync([1, 4, 404], CancellationToken.None));
        Assert.Equal(1, await Store.PurgeAsync(Noon.AddDays(3), CancellationToken.None));

        Assert.Equal([3], (await DeadLettersAsync()).Select(letter => letter.Row.Id));
        Assert.Equal([4], await Store.IdsAsync());
    }

    [Fact]
    public async Task A_settlement_brings_dead_letters_along_if_their_intent_is_still_there()
    {
        var free = new DeadLetter(Row(1), "too large", Noon);
        var first = new DeadLetter(Row(2, intentId: 9), "too large", Noon);
        var second = new DeadLetter(Row(3, intentId: 9), "too large", Noon);
        await Store.WriteAsync(Write(Intent(9)));
        OutboxWrite write = new(null, new OutboxCommit([9], []) { DeadLetters = [free, first] });

        await Store.WriteAsync(write);
        await Store.WriteAsync(write);
        await Store.WriteAsync(new OutboxWrite(null, new OutboxCommit([9], []) { DeadLetters = [second] }));

        Assert.Equal([1, 2], (await DeadLettersAsync()).Select(letter => letter.Row.Id));
        Assert.Empty(await Store.IdsAsync());
    }

    private protected static void AssertCounts(OutboxStatus status, long rows, long intents, long deadLetters) =>
        Assert.Equal((rows, intents, deadLetters), (status.Rows, status.Intents, status.DeadLetters));

    private protected ValueTask<IReadOnlyList<DeadLetter>> DeadLettersAsync() => Store.ReadDeadLettersAsync(0, 100, CancellationToken.None);

    private protected ValueTask<OutboxStatus> StatusAsync() => Store.GetStatusAsync(CancellationToken.None);
}
