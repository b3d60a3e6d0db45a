namespace Intilery.AspNetCore.Outbox;

/// <summary>The operator's side of the outbox: what was rejected, and what must be forgotten.</summary>
internal interface IOutboxOperations
{
    /// <summary>Returns dead letters in the order of their ids, from the first one after an id on; at most <paramref name="maxCount"/>.</summary>
    ValueTask<IReadOnlyList<DeadLetter>> ReadDeadLettersAsync(long afterId, int maxCount, CancellationToken cancellationToken);

    /// <summary>Deletes dead letters. Returns how many; an unknown id is no fault.</summary>
    ValueTask<int> PurgeAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken);

    /// <summary>Deletes the dead letters that were rejected before a time. Returns how many.</summary>
    ValueTask<int> PurgeAsync(DateTimeOffset rejectedBefore, CancellationToken cancellationToken);

    /// <summary>Deletes a person's rows, intents, dead letters and own trials, and their name from others. Returns how many.</summary>
    ValueTask<int> PurgeUserAsync(string userId, CancellationToken cancellationToken);
}
