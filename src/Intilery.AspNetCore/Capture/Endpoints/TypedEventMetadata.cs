
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>A function that makes events of an endpoint's arguments and result, which it finds by its parameters' types and names.</summary>
/// <param name="Parameters">Its parameters.</param>
/// <param name="Create">The function.</param>
internal sealed record TypedEventMetadata(IReadOnlyList<TypedEventParameter> Parameters, Func<IReadOnlyList<object?>, IEnumerable<LifecycleEvent?>?> Create)
{
    /// <param name="function">The function as the application wrote it.</param>
    /// <param name="create">Calls it.</param>
    public static TypedEventMetadata Of(Delegate function, Func<IReadOnlyList<object?>, IEnumerable<LifecycleEvent?>?> create)
    {
        // The delegate knows the types; the method knows the names, and may have a bound one before them.
        var types = function.GetType().GetMethod(nameof(Action.Invoke))!.GetParameters();
        var names = function.Method.GetParameters().TakeLast(types.Length);
        return new TypedEventMetadata(
            [.. types.Zip(names, (type, name) => new TypedEventParameter(type.ParameterType, name.Name ?? string.Empty))], create);
    }

    public override string ToString() => $"Track(({string.Join(", ", Parameters)}) => ...)";
}
