using System.Text.Json.Serialization;
using Intilery.AspNetCore.Trials;

namespace Intilery.AspNetCore.Outbox;

/// <summary>One call that waits for delivery. Rows are delivered in the order in which the store took them.</summary>
/// <param name="Id">Unique, see <see cref="RowIdSequence"/>: a row that is written again changes nothing.</param>
/// <param name="EventName">The API's <c>event</c>.</param>
/// <param name="UserId">Whose event it is.</param>
/// <param name="DueAt">Not delivered before this time.</param>
/// <param name="Payload">The call as UTF-8 JSON, without <c>sentAt</c>.</param>
internal sealed record OutboxRow(long Id, string EventName, string? UserId, DateTimeOffset DueAt, ReadOnlyMemory<byte> Payload)
{
    /// <summary>
    /// The due time of what need not wait. Not the event's own time: a clock that is set back would hold back what it wrote before.
    /// </summary>
    public static readonly DateTimeOffset AtOnce = DateTimeOffset.UnixEpoch;

    /// <summary>
    /// Gets a value indicating whether the payload looks like a call: another writer may have stored anything in the database.
    /// </summary>
    public bool IsReadable => EventName != Intent.UnreadableName && Payload.Span is [(byte)'{', .., (byte)'}'];

    /// <summary>Gets a value indicating whether the payload is protected by a key that the application does not have.</summary>
    public bool IsProtected => PayloadProtection.IsProtected(Payload.Span);

    /// <summary>Gets where the call goes. What was captured for one destination is never delivered to another.</summary>
    public string Destination { get; init; } = string.Empty;

    /// <summary>Gets a value indicating whether it is of a backfill: it is delivered after all rows that are not.</summary>
    public bool IsBackfill { get; init; }

    /// <summary>Gets the W3C trace context of the work that recorded it; <see langword="null"/> if there was none.</summary>
    public string? TraceParent { get; init; }

    /// <summary>Returns since when a row waits: since it was recorded or became due, whichever was later.</summary>
    public static DateTimeOffset WaitingSince(long id, DateTimeOffset dueAt) =>
        RowIdSequence.TimeOf(id) is var recorded && recorded > dueAt ? recorded : dueAt;

    /// <summary>Gets the intent on whose deletion the row depends: if another process settled it, the row is not inserted.</summary>
    public long? IntentId { get; init; }

    /// <summary>Gets the trial's change that the row is about: the row is inserted only if the schedule takes the change.</summary>
    public TrialChange? Trial { get; init; }
}

/// <summary>A row that Intilery refused for good, and its message.</summary>
internal sealed record DeadLetter(OutboxRow Row, string Message, DateTimeOffset At);

/// <summary>
/// A committed change whose events are not composed yet. The transaction that deletes it inserts their rows.
/// </summary>
/// <param name="Id">Sortable, see <see cref="RowIdSequence"/>.</param>
/// <param name="Scope">The tracking scope: its intents are committed together.</param>
/// <param name="UserId">The user whose events are held back while the intent exists.</param>
internal sealed record Intent(long Id, string Scope, string UserId)
{
    // More than most that are written late have.
    private const int UnwrittenBytes = 1024;

    private Func<byte[]>? _write;
    private ReadOnlyMemory<byte> _payload;

    /// <param name="id">The id.</param>
    /// <param name="scope">The tracking scope.</param>
    /// <param name="userId">The user.</param>
    /// <param name="payload">The payload.</param>
    [JsonConstructor]
    public Intent(long id, string scope, string userId, ReadOnlyMemory<byte> payload)
        : this(id, scope, userId) => Payload = payload;

    /// <param name="id">The id.</param>
    /// <param name="scope">The tracking scope.</param>
    /// <param name="userId">The user.</param>
    /// <param name="write">Writes the payload when it is first asked for: where the intent is stored, and not at all if it is not.</param>
    public Intent(long id, string scope, string userId, Func<byte[]> write)
        : this(id, scope, userId) => _write = write;

    /// <summary>The name, in place of an event's, of an intent that cannot be read and became a dead letter. It is never sent.</summary>
    public const string UnreadableName = "(unreadable change)";

    /// <summary>Gets what the composing stage wrote; opaque here.</summary>
    public ReadOnlyMemory<byte> Payload
    {
        get
        {
            // Another thread that asks meanwhile writes the same bytes. What they are written from is let go.
            if (Volatile.Read(ref _write) is { } write)
            {
                _payload = write();
                Volatile.Write(ref _write, null);
            }

            return _payload;
        }

        init => (_payload, _write) = (value, null);
    }

    /// <summary>Gets how many bytes the payload has, about as many if it is not written yet.</summary>
    [JsonIgnore]
    public int Size => Volatile.Read(ref _write) is null ? _payload.Length : UnwrittenBytes;

    /// <summary>Gets the W3C trace context of the work that recorded it; <see langword="null"/> if there was none.</summary>
    public string? TraceParent { get; init; }
}
