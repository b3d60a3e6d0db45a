using System.Text.Json.Serialization;
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Scopes;

/// <summary>The end or the plan of a trial that goes on was changed in the application's own tables. It is no event; the trial clock learns of it.</summary>
internal sealed record TrialMoved : CapturedFact
{
    /// <inheritdoc />
    [JsonIgnore]
    public override string EventName => "change of a trial";

    /// <summary>Gets the trial as it is now.</summary>
    public required TrialStarted Trial { get; init; }
}
