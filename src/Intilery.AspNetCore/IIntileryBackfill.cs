namespace Intilery.AspNetCore;

/// <summary>
/// Sends Intilery the customers whom the application had before the package: users, their accounts, memberships and running trials, as the
/// application's tables have them. Resolve it from the application's services; it is registered with everything else. It is what
/// <c>intilery backfill</c> does, as a call.
/// </summary>
public interface IIntileryBackfill
{
    /// <summary>
    /// Reads the tables page by page and records their rows, behind all events that happen meanwhile. What was done is remembered in the
    /// outbox, page by page: a run that was ended goes on where it was, and one after the last page adds nothing.
    /// </summary>
    /// <remarks>
    /// A user is an identify call with the profile, <c>createdAt</c> where the model has it, and the account as <c>company</c>; it counts
    /// no user as active. <see cref="IntileryOptions.Exclude"/> and <see cref="IntileryOptions.Privacy"/> apply. At most 10,000 of its
    /// calls wait for delivery at a time: it goes on when some are delivered.
    /// </remarks>
    /// <param name="request">What to send. Default: <see langword="null"/>, which is all without their events.</param>
    /// <param name="progress">Receives a report of each page. Default: <see langword="null"/>, no reports.</param>
    /// <param name="cancellationToken">Ends it; what was committed stays, and the next run goes on there.</param>
    /// <returns>What was read and sent.</returns>
    /// <exception cref="InvalidOperationException">
    /// Events are not kept here: tracking has not started, has no account, or captures only. Or another backfill runs.
    /// </exception>
    /// <exception cref="NotSupportedException">A table cannot be read page by page, because its key has no order.</exception>
    /// <example>
    /// <code>
    /// var result = await backfill.RunAsync(new IntileryBackfillRequest { DryRun = true });
    /// Console.WriteLine($"{result.Parts.Sum(part => part.Sent)} calls, for example {result.Examples[0]}");
    /// </code>
    /// </example>
    Task<IntileryBackfillResult> RunAsync(
        IntileryBackfillRequest? request = null,
        IProgress<IntileryBackfillProgress>? progress = null,
        CancellationToken cancellationToken = default);
}

/// <summary>What a backfill sends.</summary>
public sealed record IntileryBackfillRequest
{
    /// <summary>
    /// Gets a value indicating whether users are sent: each an identify call, with <see cref="Events"/> Signed Up too. Default: <see
    /// langword="true"/>.
    /// </summary>
    public bool Users { get; init; } = true;

    /// <summary>
    /// Gets a value indicating whether mapped accounts are sent: with <see cref="Events"/> as Account Created, of the member who joined
    /// first. Without them an account is nothing but the <c>company</c> of its users. Default: <see langword="true"/>.
    /// </summary>
    public bool Accounts { get; init; } = true;

    /// <summary>
    /// Gets a value indicating whether mapped memberships are sent: with <see cref="Events"/> as Account Added User. Without them a
    /// membership is nothing but the <c>company</c> of its user. Default: <see langword="true"/>.
    /// </summary>
    public bool Memberships { get; init; } = true;

    /// <summary>
    /// Gets a value indicating whether mapped trials that run are scheduled, so that they end with Trial Ended. Nothing is sent of it.
    /// Default:
    /// <see langword="true"/>.
    /// </summary>
    public bool Trials { get; init; } = true;

    /// <summary>
    /// Gets the time since which a row must have been made, as far as the model has that time; others are left out. Default: <see
    /// langword="null"/>, all.
    /// </summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>
    /// Gets a value indicating whether Signed Up, Account Created and Account Added User are sent with their original times. They keep
    /// <c>context.active: false</c>, but Intilery may start journeys from them. Rows whose time the model does not have are left out.
    /// Default:
    /// <see langword="false"/>.
    /// </summary>
    public bool Events { get; init; }

    /// <summary>
    /// Gets a value indicating whether all is read and counted, and nothing is recorded. Default: <see langword="false"/>.
    /// </summary>
    public bool DryRun { get; init; }

    /// <summary>
    /// Gets a value indicating whether what was done before is forgotten, and all sent once more, under new <c>messageId</c>s. Default:
    /// <see langword="false"/>.
    /// </summary>
    public bool Restart { get; init; }
}

/// <summary>How far a backfill is.</summary>
/// <param name="Subject">What is sent: <c>identify</c>, <c>Signed Up</c>, <c>Account Created</c> or <c>Account Added User</c>.</param>
/// <param name="Read">How many rows were read, in earlier runs too.</param>
/// <param name="Total">How many rows there were when it began.</param>
/// <param name="Sent">How many calls were recorded, in earlier runs too.</param>
public sealed record IntileryBackfillProgress(string Subject, long Read, long Total, long Sent)
{
    /// <summary>Gets a value indicating whether it waits until some of what it recorded is delivered.</summary>
    public bool WaitsForDelivery { get; init; }
}

/// <summary>What a backfill has done.</summary>
public sealed record IntileryBackfillResult
{
    /// <summary>Gets what was read and sent, by kind.</summary>
    public required IReadOnlyList<IntileryBackfillPart> Parts { get; init; }

    /// <summary>Gets the first three calls of a dry run, as JSON; none of others.</summary>
    public IReadOnlyList<string> Examples { get; init; } = [];

    /// <summary>Gets the names of the contexts that could not be read, because they need a request or a tenant.</summary>
    public IReadOnlyList<string> Unread { get; init; } = [];
}

/// <summary>What a backfill has done of one kind.</summary>
/// <param name="Subject">
/// What: <c>identify</c>, <c>Signed Up</c>, <c>Account Created</c>, <c>Account Added User</c> or <c>trials</c>.
/// </param>
/// <param name="Read">How many rows were read, in earlier runs too.</param>
/// <param name="Sent">How many calls were recorded, in earlier runs too; of trials, how many run.</param>
public sealed record IntileryBackfillPart(string Subject, long Read, long Sent)
{
    /// <summary>Gets when an earlier run was through with it, so that this one added nothing; <see langword="null"/> if none was.</summary>
    public DateTimeOffset? DoneBefore { get; init; }
}
