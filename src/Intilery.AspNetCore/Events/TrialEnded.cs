using System.Text.Json;

namespace Intilery.AspNetCore.Events;

/// <summary>A trial ended. <see cref="LifecycleEvent.GroupId"/> is the id of the account on trial.</summary>
/// <remarks>
/// Track it where a trial ends before its end date, because it was converted or cancelled: it is sent once for each trial, and the
/// trial clock then sends none. Dates and plan that are not given are those of the <see cref="TrialStarted"/>.
/// </remarks>
public sealed record TrialEnded : LifecycleEvent
{
    private static readonly JsonEncodedText _trialStartDate = JsonEncodedText.Encode("trial_start_date");
    private static readonly JsonEncodedText _trialEndDate = JsonEncodedText.Encode("trial_end_date");
    private static readonly JsonEncodedText _trialPlanName = JsonEncodedText.Encode("trial_plan_name");

    /// <summary>Initializes a new instance of the <see cref="TrialEnded"/> record.</summary>
    public TrialEnded()
        : base(EventNames.TrialEnded)
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
