
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>What an attribute asks for: which properties, and how they make an event.</summary>
/// <param name="Attribute">The attribute's name, as it is written.</param>
/// <param name="Properties">The properties.</param>
/// <param name="PrefersResult">Whether the result is searched for names before the arguments are.</param>
/// <param name="Create">Makes the event of its values.</param>
internal sealed record EventTemplate(
    string Attribute, IReadOnlyList<EventProperty> Properties, bool PrefersResult, Func<EventValues, LifecycleEvent> Create)
{
    /// <summary>Gets what is wrong with the attribute itself.</summary>
    public IReadOnlyList<string> Errors { get; init; } = [];
}
