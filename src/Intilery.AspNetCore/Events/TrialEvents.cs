namespace Intilery.AspNetCore.Events;

/// <summary>The base of Trial Started and Trial Ended. <see cref="LifecycleEvent.GroupId"/> is the id of the account on trial.</summary>
public abstract record TrialEvent : LifecycleEvent
{
    private protected TrialEvent(string name)
        : base(name)
    {
    }

    /// <summary>
    /// Gets your own id of the trial, of its subscription for example. It is not sent: it distinguishes the trial from others
    /// of the same account. <see langword="null"/> is the one trial of the account, or of the user where there is no account.
    /// </summary>
    public string? TrialId { get; init; }

    /// <summary>
    /// Gets when the trial starts, sent as an ISO-8601 date in UTC (<c>trial_start_date</c>). A <see cref="DateTime"/> without a zone is
    /// UTC.
    /// </summary>
    public UtcDateTime? TrialStartDate { get; init; }

    /// <summary>
    /// Gets when the trial ends, sent as an ISO-8601 date in UTC (<c>trial_end_date</c>). A <see cref="DateTime"/> without a zone is UTC.
    /// </summary>
    public UtcDateTime? TrialEndDate { get; init; }

    /// <summary>Gets the name of the plan being trialed (<c>trial_plan_name</c>).</summary>
    public string? TrialPlanName { get; init; }

    // Whether duplicates are recognised by the trial's id or by its account depends on all reports of the scope: the composer decides.
    private protected static EventDefinition Define(string name, int rank, Func<TrialEvent> create) => new(
        name,
        rank,
        create,
        EventProperty.Text<TrialEvent>(nameof(TrialId), null, it => it.TrialId, (it, id) => it with { TrialId = id }),
        EventProperty.Date<TrialEvent>(
            nameof(TrialStartDate), "trial_start_date", it => it.TrialStartDate, (it, date) => it with { TrialStartDate = date },
            ["TrialStartDate", "TrialStart", "TrialStartsAt", "TrialStartedAt"], ["StartDate", "StartsAt", "StartsOn", "StartedAt"]),
        EventProperty.Date<TrialEvent>(
            nameof(TrialEndDate), "trial_end_date", it => it.TrialEndDate, (it, date) => it with { TrialEndDate = date },
            ["TrialEndDate", "TrialEnd", "TrialEndsAt", "TrialEndedAt"], ["EndDate", "EndsAt", "EndsOn", "EndedAt"]),
        EventProperty.Text<TrialEvent>(
            nameof(TrialPlanName), "trial_plan_name", it => it.TrialPlanName, (it, plan) => it with { TrialPlanName = plan },
            foundBy: [["TrialPlanName", "TrialPlan"], ["PlanName", "Plan"]]))
    {
        PrefersResult = true,
    };
}

/// <summary>A trial started.</summary>
/// <remarks>
/// It is sent once for each trial. Tracked again while the trial is open, it moves the trial's end to <see cref="TrialEvent.TrialEndDate"/>
/// and takes the new plan: so a trial is extended. When <see cref="TrialEvent.TrialEndDate"/> has come, Trial Ended is sent by itself,
/// unless the application has tracked <see cref="TrialEnded"/> before. After the end, it is a new trial.
/// </remarks>
public sealed record TrialStarted : TrialEvent
{
    internal static readonly EventDefinition Specification = Define(EventNames.TrialStarted, rank: 4, () => new TrialStarted());

    /// <summary>Initializes a new instance of the <see cref="TrialStarted"/> record.</summary>
    public TrialStarted()
        : base(EventNames.TrialStarted)
    {
    }

    internal override EventDefinition Definition => Specification;
}

/// <summary>A trial ended.</summary>
/// <remarks>
/// Track it where a trial ends before its end date, because it was converted or cancelled: it is sent once for each trial, and the
/// trial clock then sends none. Dates and plan that are not given are those of the <see cref="TrialStarted"/>. Without
/// <see cref="TrialEvent.TrialId"/> it means the account's one trial, or the last one that has ended.
/// </remarks>
public sealed record TrialEnded : TrialEvent
{
    internal static readonly EventDefinition Specification = Define(
        EventNames.TrialEnded, EventDefinition.OrdinaryRank, () => new TrialEnded());

    /// <summary>Initializes a new instance of the <see cref="TrialEnded"/> record.</summary>
    public TrialEnded()
        : base(EventNames.TrialEnded)
    {
    }

    internal override EventDefinition Definition => Specification;
}
