namespace Intilery.AspNetCore;

/// <summary>
/// What operators and support do with the events that wait or were rejected. Resolve it from the application's services; it is
/// registered with everything else, and safe to use from several threads. Where no events are kept (tracking is not armed, is
/// switched off, or captures only) nothing is found and nothing is done, but that a person is erased from the trials that are
/// remembered to be ended.
/// </summary>
/// <remarks>
/// It reaches the outbox of this process. Several processes that share a folder of embedded outboxes have a file each, of which
/// <see cref="PurgeUserAsync"/> alone reaches all.
/// </remarks>
/// <example>
/// <code>
/// foreach (var letter in await outbox.ListDeadLettersAsync())
/// {
///     Console.WriteLine($"{letter.EventName} of {letter.UserId}: {letter.Reason}");
/// }
/// </code>
/// </example>
public interface IIntileryOutbox
{
    /// <summary>Returns the events that wait for delivery, in the order of their ids, one page at a time.</summary>
    /// <param name="userId">Whose events, by the user's database key, as sent. Default: <see langword="null"/>, everybody's.</param>
    /// <param name="maxCount">How many at most. Default: 100; at least 1.</param>
    /// <param name="afterId">The <see cref="IntileryWaitingEvent.Id"/> after which the page begins. Default: 0, the first page.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The page; an empty one is the end.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxCount"/> is less than 1.</exception>
    Task<IReadOnlyList<IntileryWaitingEvent>> ListWaitingAsync(
        string? userId = null, int maxCount = 100, long afterId = 0, CancellationToken cancellationToken = default);

    /// <summary>Returns the events that Intilery rejected for good, oldest first, one page at a time.</summary>
    /// <param name="maxCount">How many at most. Default: 100; at least 1.</param>
    /// <param name="afterId">The <see cref="IntileryDeadLetter.Id"/> after which the page begins. Default: 0, the first page.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The page; an empty one is the end.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxCount"/> is less than 1.</exception>
    Task<IReadOnlyList<IntileryDeadLetter>> ListDeadLettersAsync(
        int maxCount = 100, long afterId = 0, CancellationToken cancellationToken = default);

    /// <summary>
    /// Lets rejected events be delivered once more, to where they were captured for and with the same <c>messageId</c>. They may
    /// arrive after later events of their users. Where that is another destination by now, they wait there
    /// (<see cref="ListOtherDestinationsAsync"/>).
    /// </summary>
    /// <param name="ids">The <see cref="IntileryDeadLetter.Id"/>s; unknown ones are passed over.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>How many wait for delivery again.</returns>
    Task<int> RetryDeadLettersAsync(IReadOnlyCollection<long> ids, CancellationToken cancellationToken = default);

    /// <summary>
    /// Deletes rejected events. Without it they are deleted after <see cref="IntileryOutboxOptions.DeadLetterRetention"/>.
    /// </summary>
    /// <param name="ids">The <see cref="IntileryDeadLetter.Id"/>s; unknown ones are passed over.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>How many were deleted.</returns>
    Task<int> PurgeDeadLettersAsync(IReadOnlyCollection<long> ids, CancellationToken cancellationToken = default);

    /// <summary>
    /// Erases a person: the events that wait, what was seen and is not an event yet, rejected events, and what this process
    /// remembers so as not to identify the person anew. It reaches all of the application's database, or every outbox file of
    /// this process's folder, of processes that run and that ended, down to the file's bytes. What is being sent at this moment,
    /// or was delivered, is Intilery's to erase. Out of reach are the memory of other processes, where events wait while their
    /// outbox cannot be written and what was identified is remembered for a day, and files that were set aside as damaged.
    /// </summary>
    /// <param name="userId">The user's database key, as sent.</param>
    /// <param name="cancellationToken">Gives up waiting. While the outbox cannot be written, this waits for it.</param>
    /// <returns>How many entries were erased.</returns>
    /// <exception cref="ArgumentException"><paramref name="userId"/> is empty.</exception>
    /// <exception cref="IOException">
    /// A file of the folder could not be reached, as one of a newer version of this package; the message names it. From the
    /// others the person is erased.
    /// </exception>
    Task<int> PurgeUserAsync(string userId, CancellationToken cancellationToken = default);

    /// <summary>
    /// Returns what this package holds of a person: what <see cref="PurgeUserAsync"/> would erase, and the names of what it could not
    /// reach.
    /// </summary>
    /// <param name="userId">The user's database key, as sent.</param>
    /// <param name="cancellationToken">Gives up waiting. While the outbox cannot be written, this waits for it.</param>
    /// <returns>All of it; empty lists if there is nothing.</returns>
    /// <exception cref="ArgumentException"><paramref name="userId"/> is empty.</exception>
    Task<IntileryUserExport> ExportUserAsync(string userId, CancellationToken cancellationToken = default);

    /// <summary>
    /// Returns what waits for other destinations than the configured one: the base address, client, account or brand was changed while
    /// events waited. It stays until it is redirected or purged.
    /// </summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Each destination, with what waits for it; none is the rule.</returns>
    Task<IReadOnlyList<IntileryOtherDestination>> ListOtherDestinationsAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Sends what waits for another destination to the configured one: all of it, as it was listed, or nothing. The events keep their
    /// <c>messageId</c> and time, and may arrive after later ones of their users; trials end there too. Do it when no process runs with
    /// the former settings any more: one that does may have sent an event at the same moment.
    /// </summary>
    /// <param name="other">What was listed, which confirms how much it is.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>
    /// Whether it was redirected; <see langword="false"/>, and nothing was, if it is not what was listed any more, or the destination is
    /// the configured one by now. Then list again.
    /// </returns>
    Task<bool> RedirectDestinationAsync(IntileryOtherDestination other, CancellationToken cancellationToken = default);

    /// <summary>
    /// Deletes what waits for another destination, and forgets the trials whose end was to go there: all of it, as it was listed, or
    /// nothing.
    /// </summary>
    /// <param name="other">What was listed, which confirms how much it is.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Whether it was deleted; <see langword="false"/> as for <see cref="RedirectDestinationAsync"/>.</returns>
    Task<bool> PurgeDestinationAsync(IntileryOtherDestination other, CancellationToken cancellationToken = default);

    /// <summary>
    /// Waits until Intilery has acknowledged what was recorded before the call: for jobs that end soon, and for tests. Events of
    /// a request that has not ended, and events that are not due yet, are not waited for.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait; it does not throw, and the outcome is <see cref="FlushOutcome.Canceled"/>.</param>
    /// <returns>How it ended. Whatever it is, what was not acknowledged stays in the outbox.</returns>
    Task<FlushOutcome> FlushAsync(CancellationToken cancellationToken = default);
}

/// <summary>The outcome of waiting for delivery. See <see cref="IIntileryOutbox.FlushAsync"/>.</summary>
public enum FlushOutcome
{
    /// <summary>Intilery has acknowledged all events that were recorded before.</summary>
    Acknowledged,

    /// <summary>The outbox is empty, but Intilery rejected some events: they are dead letters.</summary>
    Rejected,

    /// <summary>Delivery is paused, because Intilery does not accept the set-up. The log and the health check have its answer.</summary>
    Paused,

    /// <summary>The wait was cancelled, or the host is stopping.</summary>
    Canceled,

    /// <summary>
    /// This process delivers nothing: see <see cref="IntileryDeliveryOptions.Enabled"/> and <see cref="IntileryOptions.CaptureOnly"/>.
    /// </summary>
    NotDelivering,
}

/// <summary>An event that waits for delivery.</summary>
public sealed record IntileryWaitingEvent
{
    /// <summary>Gets its id in the outbox; events that one process recorded later have greater ids.</summary>
    public required long Id { get; init; }

    /// <summary>Gets the event's name; <c>identify</c> for an identify call.</summary>
    public required string EventName { get; init; }

    /// <summary>Gets the user of the event; <see langword="null"/> if none is known.</summary>
    public required string? UserId { get; init; }

    /// <summary>Gets its destination: the base address, client, account and brand that were configured when it was captured.</summary>
    public required string Address { get; init; }

    /// <summary>Gets when it was recorded.</summary>
    public required DateTimeOffset RecordedAt { get; init; }

    /// <summary>
    /// Gets the call as it will be sent, without <c>sentAt</c>. It holds personal data. Empty if it is protected by a key that the
    /// application does not have.
    /// </summary>
    public required string Json { get; init; }
}

/// <summary>An event that Intilery rejected permanently, or that the API cannot accept.</summary>
public sealed record IntileryDeadLetter
{
    /// <summary>Gets its id in the outbox; later events have greater ids.</summary>
    public required long Id { get; init; }

    /// <summary>Gets the event's name; <c>identify</c> for an identify call.</summary>
    public required string EventName { get; init; }

    /// <summary>Gets the user of the event; <see langword="null"/> if none is known.</summary>
    public required string? UserId { get; init; }

    /// <summary>Gets why it was rejected: Intilery's message, if there is one.</summary>
    public required string Reason { get; init; }

    /// <summary>Gets when it was rejected.</summary>
    public required DateTimeOffset RejectedAt { get; init; }

    /// <summary>
    /// Gets the call as it was sent, without <c>sentAt</c>. It holds personal data. Empty if it is protected by a key that the application
    /// does not have.
    /// </summary>
    public required string Json { get; init; }
}

/// <summary>
/// The events that wait for another destination than the configured one, as they were when they were listed. They are not delivered: events
/// that were captured for one account are never sent to another without a redirect.
/// </summary>
public sealed record IntileryOtherDestination
{
    /// <summary>Gets the destination: the base address, client, account and brand that were configured when it was captured.</summary>
    public required string Address { get; init; }

    /// <summary>Gets how many events wait.</summary>
    public required long Events { get; init; }

    /// <summary>Gets how many trials run whose Trial Ended has this destination.</summary>
    public required long RunningTrials { get; init; }
}

/// <summary>The data that this package stores of a person, without the data that Intilery has received.</summary>
public sealed record IntileryUserExport
{
    /// <summary>Gets the user's database key, as sent.</summary>
    public required string UserId { get; init; }

    /// <summary>Gets the events that wait for delivery.</summary>
    public required IReadOnlyList<IntileryWaitingEvent> Waiting { get; init; }

    /// <summary>Gets the events that Intilery rejected permanently.</summary>
    public required IReadOnlyList<IntileryDeadLetter> DeadLetters { get; init; }

    /// <summary>Gets the pending facts that are not events yet, as JSON.</summary>
    public required IReadOnlyList<string> Undecided { get; init; }

    /// <summary>Gets the trials that the person started, including ended ones.</summary>
    public required IReadOnlyList<IntileryUserTrial> Trials { get; init; }

    /// <summary>
    /// Gets what could not be reached, and why: files of a newer version, files that were set aside as damaged, spill files that another
    /// process is reading, and entries that are protected by a key that the application does not have. Default: empty.
    /// </summary>
    public IReadOnlyList<string> Unreached { get; init; } = [];
}

/// <summary>A trial in the trial clock's schedule.</summary>
public sealed record IntileryUserTrial
{
    /// <summary>Gets the application's id of the trial; <see langword="null"/> if it gave none.</summary>
    public string? TrialId { get; init; }

    /// <summary>Gets the account; <see langword="null"/> if there is none.</summary>
    public string? GroupId { get; init; }

    /// <summary>Gets the start; <see langword="null"/> if it is not known.</summary>
    public DateTimeOffset? StartDate { get; init; }

    /// <summary>Gets the end; <see langword="null"/> if it is not known.</summary>
    public DateTimeOffset? EndDate { get; init; }

    /// <summary>Gets the plan's name; <see langword="null"/> if it is not known.</summary>
    public string? PlanName { get; init; }

    /// <summary>Gets when its end was recorded; <see langword="null"/> while it runs.</summary>
    public DateTimeOffset? EndedAt { get; init; }
}
