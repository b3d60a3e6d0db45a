namespace Intilery.AspNetCore.Outbox;

/// <summary>Keeps nothing: what was captured without an account is never delivered later.</summary>
internal sealed class CaptureOnlyOutbox : IOutboxAppender
{
    public bool Append(Intent intent) => false;

    public ValueTask<RecordOutcome> SettleAsync(Settlement settlement, CancellationToken cancellationToken) => new(Settle(settlement));

    public RecordOutcome Settle(Settlement settlement)
    {
        settlement.Committed?.Invoke(settlement);
        return RecordOutcome.Recorded;
    }
}
