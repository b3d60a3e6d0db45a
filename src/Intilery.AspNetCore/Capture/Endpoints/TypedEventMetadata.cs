using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>A function that makes events of an endpoint's arguments and result, which it finds by their types.</summary>
/// <param name="Types">The types of its parameters.</param>
/// <param name="Create">The function.</param>
internal sealed record TypedEventMetadata(IReadOnlyList<Type> Types, Func<IReadOnlyList<object?>, IEnumerable<LifecycleEvent?>?> Create)
{
    public override string ToString() => $"Track(({string.Join(", ", Types.Select(ValueTypes.NameOf))}) => ...)";
}
