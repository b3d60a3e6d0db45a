using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Trials;

namespace Intilery.AspNetCore.Outbox;

/// <summary>The store of rows and intents. The test <c>OutboxStoreContract</c> defines its behavior.</summary>
internal interface IOutboxStore : IOutboxReader, IDeadLetters, IOutboxErasure, ITrialStore, IDisposable
{
    /// <summary>Gets the description of the store for the start-up log.</summary>
    string Description { get; }

    /// <summary>Gets a value indicating whether events survive the process.</summary>
    bool SurvivesProcess => true;

    /// <summary>Gets the folder that the store keeps its files in; <see langword="null"/> if it has none.</summary>
    string? Folder => null;

    /// <summary>Gets the path of the file that this process alone writes to; <see langword="null"/> where there is none.</summary>
    string? File => null;

    /// <summary>Gets what waits for each destination, for operators.</summary>
    IOutboxDestinations Destinations { get; }

    /// <summary>Gets the store's current fault and its remedy, as a message; <see langword="null"/> if there is none.</summary>
    string? Fault => null;

    /// <summary>
    /// Returns what waits, due or not, held back or not, in the order of its ids, from the first one after an id on; at most
    /// <paramref name="maxCount"/>. A user's alone, if one is named.
    /// </summary>
    ValueTask<IReadOnlyList<OutboxRow>> ReadWaitingAsync(string? userId, long afterId, int maxCount, CancellationToken cancellationToken);

    /// <summary>Returns a stored state; <see langword="null"/> if there is none of the name.</summary>
    ValueTask<StoredState?> ReadStateAsync(string name, CancellationToken cancellationToken);

    /// <summary>Returns how many rows of a backfill wait for a destination.</summary>
    ValueTask<long> CountBackfillAsync(string destination, CancellationToken cancellationToken);

    /// <summary>
    /// Returns the users whose rows are held back by intents, the one that has waited longest first; at most <paramref name="maxCount"/>.
    /// </summary>
    ValueTask<IReadOnlyList<HeldUser>> ReadHeldAsync(int maxCount, CancellationToken cancellationToken);

    /// <summary>Returns the processes that share the store; <see langword="null"/> where it belongs to one.</summary>
    ValueTask<IReadOnlyList<OutboxNode>?> ReadNodesAsync(CancellationToken cancellationToken) => new((IReadOnlyList<OutboxNode>?)null);

    /// <summary>Opens the store, so that a fault is the start's and not a request's.</summary>
    /// <exception cref="IOException">The store cannot be used.</exception>
    void Open();
}

/// <summary>The worker's side of the outbox: it reads and removes what was appended.</summary>
internal interface IOutboxReader
{
    /// <summary>
    /// Returns rows for the destination that are due, in order, without those of users with an open intent; at most
    /// <paramref name="maxRows"/>.
    /// </summary>
    ValueTask<IReadOnlyList<OutboxRow>> ReadAsync(string destination, DateTimeOffset now, int maxRows, CancellationToken cancellationToken);

    /// <summary>Removes rows that were acknowledged.</summary>
    ValueTask CompleteAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken);

    /// <summary>Moves a row to the dead letters.</summary>
    ValueTask RejectAsync(DeadLetter deadLetter, CancellationToken cancellationToken);

    /// <summary>Moves dead letters back to the rows, where they were. Returns how many; an unknown id is no fault.</summary>
    ValueTask<int> RestoreAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken);

    /// <summary>
    /// Claims what processes that are gone have left, so that none of it is delivered after what its users did later. Returns the greatest
    /// id of it; 0 if there is nothing. What was claimed moves with <see cref="ReadOrphanedIntentsAsync"/>, for which delivery does not
    /// wait.
    /// </summary>
    ValueTask<long> ClaimOrphansAsync(CancellationToken cancellationToken) => new(0L);

    /// <summary>Returns the intents whose process is gone.</summary>
    ValueTask<IReadOnlyList<Intent>> ReadOrphanedIntentsAsync(CancellationToken cancellationToken);

    /// <summary>Counts what waits. It holds up no other operation.</summary>
    ValueTask<OutboxStatus> GetStatusAsync(CancellationToken cancellationToken);

    /// <summary>Returns the greatest id of the rows that wait, wherever they go; 0 if none does. It holds up no other operation.</summary>
    ValueTask<long> GetLastIdAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Returns since when the first row for the destination that is due, or the first intent, has waited, also where it is held back;
    /// <see langword="null"/> if nothing waits. It holds up no other operation.
    /// </summary>
    ValueTask<DateTimeOffset?> GetWaitingSinceAsync(string destination, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>
    /// Returns how many of the intents, and of the first rows for the destination, are of a newer version of this package, which are left
    /// to that. It holds up no other operation.
    /// </summary>
    ValueTask<long> CountNewerAsync(string destination, CancellationToken cancellationToken);
}

/// <summary>The events that Intilery rejected, or that could not be stored, kept for operators.</summary>
internal interface IDeadLetters
{
    /// <summary>
    /// Returns dead letters in the order of their ids, from the first one after an id on; at most <paramref name="maxCount"/>.
    /// </summary>
    ValueTask<IReadOnlyList<DeadLetter>> ReadDeadLettersAsync(long afterId, int maxCount, CancellationToken cancellationToken);

    /// <summary>Deletes dead letters. Returns how many; an unknown id is no fault.</summary>
    ValueTask<int> PurgeAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken);

    /// <summary>Deletes the dead letters that were rejected before a time. Returns how many.</summary>
    ValueTask<int> PurgeAsync(DateTimeOffset rejectedBefore, CancellationToken cancellationToken);
}

/// <summary>Forgets people.</summary>
internal interface IOutboxErasure
{
    /// <summary>Deletes a person's rows, intents, dead letters and own trials, and their name from others. Returns how many.</summary>
    ValueTask<int> PurgeUserAsync(string userId, CancellationToken cancellationToken);

    /// <summary>Returns what is held of a person.</summary>
    ValueTask<UserContents> ReadUserAsync(string userId, CancellationToken cancellationToken);
}

/// <summary>What is held of a person.</summary>
internal sealed record UserContents(
    IReadOnlyList<OutboxRow> Rows, IReadOnlyList<Intent> Intents, IReadOnlyList<DeadLetter> DeadLetters, IReadOnlyList<Trial> Trials)
{
    public static UserContents Empty { get; } = new([], [], [], []);

    /// <summary>Gets what could not be reached, and why.</summary>
    public IReadOnlyList<string> Unreached { get; init; } = [];

    /// <summary>Gets how many entries are protected by a key that the application does not have.</summary>
    public int Protected =>
        Rows.Count(row => row.IsProtected) + Intents.Count(
            intent => PayloadProtection.IsProtected(intent.Payload.Span)) + DeadLetters.Count(letter => letter.Row.IsProtected);

    /// <summary>Returns both together.</summary>
    public UserContents With(UserContents other) =>
        new([.. Rows, .. other.Rows], [.. Intents, .. other.Intents], [.. DeadLetters, .. other.DeadLetters], [.. Trials, .. other.Trials])
    {
        Unreached = [.. Unreached, .. other.Unreached],
    };
}

/// <summary>
/// Manages events of destinations that are no longer delivered to. A change names the expected
/// counts; if they have changed, it does nothing.
/// </summary>
internal interface IOutboxDestinations
{
    /// <summary>Returns what there is for each destination, in the order of their addresses.</summary>
    ValueTask<IReadOnlyList<DestinationContents>> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Lets what waits for one destination wait for another. Returns whether it did.</summary>
    ValueTask<bool> TryRedirectAsync(DestinationContents seen, string destination, CancellationToken cancellationToken);

    /// <summary>Deletes what waits for a destination. Returns whether it did.</summary>
    ValueTask<bool> TryPurgeAsync(DestinationContents seen, CancellationToken cancellationToken);
}

/// <summary>What a store holds for one destination.</summary>
/// <param name="Destination">The destination.</param>
/// <param name="Rows">How many rows wait for it.</param>
/// <param name="Trials">How many open trials are to end there.</param>
internal sealed record DestinationContents(string Destination, long Rows, long Trials);

/// <summary>A user whose rows are held back, because changes of theirs are committed and not composed yet.</summary>
/// <param name="UserId">The user.</param>
/// <param name="Since">When the first of the changes was noted.</param>
/// <param name="Changes">How many there are.</param>
internal sealed record HeldUser(string UserId, DateTimeOffset Since, long Changes);

/// <summary>One of the processes that share a store.</summary>
/// <param name="Name">Its machine and process, for status and page.</param>
/// <param name="IsThis">Whether it is this process.</param>
/// <param name="HoldsLease">Whether it is the one that delivers.</param>
/// <param name="IsGone">Whether this process has seen its beat stand still for the lease's time.</param>
internal sealed record OutboxNode(string Name, bool IsThis, bool HoldsLease, bool IsGone)
{
    /// <summary>Gets the name of this process.</summary>
    public static string OwnName { get; } = EventText.Clean($"{Environment.MachineName} {Environment.ProcessId}", EventText.MaxIdLength);
}

/// <summary>What waits in a store.</summary>
internal sealed record OutboxStatus(long Rows, long Intents, long DeadLetters, IReadOnlyDictionary<string, long> RowsByDestination);
