
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>An event of an endpoint that has not failed, while the response has not said that it succeeded.</summary>
/// <param name="Source">What asks for it.</param>
/// <param name="MakeAsync">Makes it, or those that the source asks for, once the endpoint has succeeded.</param>
internal sealed record HeldEvent(IEndpointEvent Source, Func<ValueTask<IReadOnlyList<CapturedFact>>> MakeAsync)
{
    /// <summary>Makes one whose tenant nobody has to be asked for first.</summary>
    public HeldEvent(IEndpointEvent source, CapturedFact fact)
        : this(source, () => new([fact])) => Name = fact.EventName;

    /// <summary>Gets its name, or that of what asks for it.</summary>
    public string Name { get; } = Source.Source;
}
