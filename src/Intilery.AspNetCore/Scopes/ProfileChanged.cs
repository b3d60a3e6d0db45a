using System.Text.Json.Serialization;
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Scopes;

/// <summary>A change of a user's profile was committed.</summary>
internal sealed record ProfileChanged : CapturedFact
{
    /// <inheritdoc />
    [JsonIgnore]
    public override string EventName => EventNames.Identify;

    /// <summary>Gets the profile after the change.</summary>
    public required Profile Profile { get; init; }
}
