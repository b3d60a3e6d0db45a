using System.Text.Json;

namespace Intilery.AspNetCore.Events;

/// <summary>A trial started. <see cref="LifecycleEvent.GroupId"/> is the id of the account on trial.</summary>
/// <remarks>
/// It is sent once for each trial. Tracked again while the trial is open, it moves the trial's end to <see cref="TrialEndDate"/>
/// and takes the new plan: so a trial is extended. When <see cref="TrialEndDate"/> has come, Trial Ended is sent by itself, unless
/// the application has tracked <see cref="TrialEnded"/> before. After the end, it is a new trial.
/// </remarks>
public sealed record TrialStarted : LifecycleEvent
{
    private static readonly JsonEncodedText _trialStartDate = JsonEncodedText.Encode("trial_start_date");
    private static readonly JsonEncodedText _trialEndDate = JsonEncodedText.Encode("trial_end_date");
    private static readonly JsonEncodedText _trialPlanName = JsonEncodedText.Encode("trial_plan_name");

    /// <summary>Initializes a new instance of the <see cref="TrialStarted"/> record.</summary>
    public TrialStarted()
        : base(EventNames.TrialStarted)
    {
    }

    /// <summary>
    /// Gets the application's own id of the trial, of its subscription for example. It is not sent: it tells the trial from others
    /// of the same account. <see langword="null"/> is the one trial of the account, or of the user where there is no account.
    /// </summary>
    public string? TrialId { get; init; }

    /// <summary>Gets the date when the trial starts, sent as an ISO-8601 date in UTC (<c>trial_start_date</c>).</summary>
    public DateTimeOffset? TrialStartDate { get; init; }

    /// <summary>Gets the date when the trial ends, sent as an ISO-8601 date in UTC (<c>trial_end_date</c>).</summary>
    public DateTimeOffset? TrialEndDate { get; init; }

    /// <summary>Gets the name of the plan being trialed (<c>trial_plan_name</c>).</summary>
    public string? TrialPlanName { get; init; }

    internal override void WriteProperties(PropertyWriter properties)
    {
        properties.Date(_trialStartDate, TrialStartDate);
        properties.Date(_trialEndDate, TrialEndDate);
        properties.Text(_trialPlanName, TrialPlanName);
    }
}
