namespace Intilery.AspNetCore.Delivery;

/// <summary>Sends rows in one request and says what the answer means.</summary>
internal sealed class BatchSender(TrackingApiClient client, RequestRate rate, DeliveryDiagnostics diagnostics)
{
    private int _unreadable;

    public async Task<(DeliveryDecision Decision, DeliveryAnswer Answer)> SendAsync(
        DeliverySettings settings, Batch batch, CancellationToken cancellationToken)
    {
        await rate.WaitAsync(cancellationToken).ConfigureAwait(false);
        var time = diagnostics.Time;
        var sentAt = time.GetUtcNow();
        var started = time.GetTimestamp();
        using var span = diagnostics.Started(settings, batch);
        var answer = await client.SendAsync(settings, batch, sentAt, cancellationToken).ConfigureAwait(false);
        span.Answered((int?)answer.Status, answer.ErrorType, answer.Outcome);
        diagnostics.Answered(batch.Rows.Count, time.GetElapsedTime(started), answer);
        _unreadable = (int?)answer.Status is >= 200 and < 300 && answer.Body == AnswerBody.NotJson ? _unreadable + 1 : 0;
        var decision = DeliveryRules.Decide(answer, _unreadable);
        diagnostics.Answered(batch, sentAt, decision, answer);
        return (decision, answer);
    }
}
