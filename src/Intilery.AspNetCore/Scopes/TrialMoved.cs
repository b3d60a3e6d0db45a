using System.Text.Json.Serialization;
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Scopes;

/// <summary>
/// The end or the plan of a running trial changed in its mapped row. It becomes no event, but updates the trial clock's schedule.
/// </summary>
internal sealed record TrialMoved : CapturedFact
{
    /// <inheritdoc />
    [JsonIgnore]
    public override string EventName => "change of a trial";

    /// <summary>Gets the trial as it is now.</summary>
    public required TrialStarted Trial { get; init; }
}
