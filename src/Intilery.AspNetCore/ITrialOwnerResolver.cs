namespace Intilery.AspNetCore;

/// <summary>
/// Names the user of a Trial Ended that the trial clock sends. Without one it is the user who started the trial, who may have left
/// by then. Register it with <c>AddIntilery().UseTrialOwnerResolver&lt;T&gt;()</c>; it is created in a service scope of its own for
/// each trial, so it may use a <c>DbContext</c>.
/// </summary>
/// <example>
/// <code>
/// internal sealed class TeamOwners(AppDbContext db) : ITrialOwnerResolver
/// {
///     public async ValueTask&lt;string?&gt; ResolveOwnerAsync(EndedTrial trial, CancellationToken cancellationToken) =&gt;
/// await db.Teams.Where(team =&gt; team.Id == trial.GroupId).Select(team =&gt; team.OwnerId).SingleOrDefaultAsync(cancellationToken); }
/// </code>
/// </example>
public interface ITrialOwnerResolver
{
    /// <summary>Returns the user whom Trial Ended is about: the account's owner, for example.</summary>
    /// <param name="trial">The trial, which is over.</param>
    /// <param name="cancellationToken">Cancelled after 5 seconds: the trial's end is then sent for the user who started it.</param>
    /// <returns>
    /// The user's database key; <see langword="null"/> for the user who started the trial. If that user was erased too, nothing is sent,
    /// with the reason <c>no-user</c>. An exception counts as <see langword="null"/> and is logged.
    /// </returns>
    ValueTask<string?> ResolveOwnerAsync(EndedTrial trial, CancellationToken cancellationToken);
}

/// <summary>A trial whose end date has come, for <see cref="ITrialOwnerResolver"/>.</summary>
public sealed record EndedTrial
{
    /// <summary>Gets the application's own id of the trial; <see langword="null"/> if none was given at the start.</summary>
    public string? TrialId { get; init; }

    /// <summary>Gets the id of the account on trial; <see langword="null"/> for a trial of a user without an account.</summary>
    public string? GroupId { get; init; }

    /// <summary>Gets the id of the user who started the trial; <see langword="null"/> after that person was erased.</summary>
    public string? StarterId { get; init; }

    /// <summary>Gets when the trial started, to the millisecond, if it is known.</summary>
    public DateTimeOffset? StartDate { get; init; }

    /// <summary>Gets when the trial ended, to the millisecond.</summary>
    public DateTimeOffset? EndDate { get; init; }

    /// <summary>Gets the name of the plan, if it is known.</summary>
    public string? PlanName { get; init; }
}
