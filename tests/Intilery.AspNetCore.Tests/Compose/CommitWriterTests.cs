using System.Text;
using Intilery.AspNetCore.Compose;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;
using Intilery.AspNetCore.Trials;

namespace Intilery.AspNetCore.Tests.Compose;

public sealed class CommitWriterTests : IDisposable
{
    private readonly ObservedClock _clock = new();
    private readonly TestDiagnostics _diagnostics;
    private readonly CommitWriter _writer;

    public CommitWriterTests()
    {
        _diagnostics = new TestDiagnostics(_clock);
        _writer = new CommitWriter(
            new RowIdSequence(_clock),
            _clock,
            new TrialScheduling(TrialPlacement.Refused, _diagnostics.Diagnostics),
            _diagnostics.Diagnostics);
    }

    [Fact]
    public void Messages_become_rows_in_their_order()
    {
        var commit = _writer.Write(OutboxSample.Here, [8, 9], [Message(new SignedUp(), 9), Message(new SignedIn(), null)]);

        Assert.Equal([8, 9], commit.Intents);
        Assert.Equal(["Signed Up", "Signed In"], commit.Rows.OrderBy(row => row.Id).Select(row => row.EventName));
        Assert.Equal([9, null], commit.Rows.Select(row => row.IntentId));
        Assert.All(commit.Rows, row => Assert.Equal(OutboxSample.Here, row.Destination));
        Assert.All(commit.Rows, row => Assert.Equal(("u1", OutboxRow.AtOnce), (row.UserId, row.DueAt)));
        Assert.Empty(commit.DeadLetters);
    }

    [Fact]
    public void A_message_that_never_fits_is_a_dead_letter_with_its_name_and_size_and_the_others_go_on()
    {
        var commit = _writer.Write(OutboxSample.Here, [9], [Message(new LargeEvent(500), 9), Message(new SignedIn(), null)]);

        Assert.Equal("Signed In", Assert.Single(commit.Rows).EventName);
        var letter = Assert.Single(commit.DeadLetters);
        Assert.Matches(@"^The event 'Large Event' is \d{6} bytes long; the API accepts 32704 bytes a call\.$", letter.Message);
        Assert.Equal(("Large Event", "u1", 9L), (letter.Row.EventName, letter.Row.UserId, letter.Row.IntentId));
        Assert.Equal(_clock.GetUtcNow(), letter.At);
        Assert.EndsWith("}", Encoding.UTF8.GetString(letter.Row.Payload.Span), StringComparison.Ordinal);
        Assert.Equal(1, _diagnostics.Dropped["too-large"]);
        Assert.Single(_diagnostics.Logged(300));
    }

    [Fact]
    public void A_message_without_a_possible_id_is_dropped_counted_and_said()
    {
        var commit = _writer.Write(OutboxSample.Here, [], [new ComposedMessage(new Message { Event = new SignedIn(), UserId = "a\u0001" }, null)]);

        Assert.Empty(commit.Rows);
        Assert.Empty(commit.DeadLetters);
        Assert.Equal(1, _diagnostics.Dropped["invalid"]);
    }

    public void Dispose() => _diagnostics.Dispose();

    private static ComposedMessage Message(LifecycleEvent track, long? intentId) =>
        new(new Message { Event = track, UserId = "u1", MessageId = "m1", Timestamp = OutboxSample.Noon }, intentId);
}
