using System.Reflection;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>Turns what an endpoint's metadata asks for into the events that its successes make.</summary>
internal sealed class EndpointEvents(PrincipalReader principals, LifecycleDiagnostics diagnostics)
{
    /// <summary>Whether metadata asks for events.</summary>
    public static bool AreAskedFor(IEnumerable<object> metadata) => metadata.Any(IsAsk);

    public static bool IsAsk(object item) => item is LifecycleEventAttribute or TypedEventMetadata;

    /// <summary>Returns the events of an endpoint, without those that cannot work: they are among the errors.</summary>
    public IReadOnlyList<IEndpointEvent> Build(EndpointShape shape, IEnumerable<object> metadata, ICollection<string> errors)
    {
        var attributes = new AttributeEventBuilder(shape, principals, diagnostics);
        var typed = new TypedEventBuilder(shape);
        return [.. Effective(metadata)
            .Select(item => item switch
            {
                LifecycleEventAttribute attribute => attributes.Build(attribute, errors),
                TypedEventMetadata function => typed.Build(function, errors),
                _ => (IEndpointEvent?)null,
            })
            .OfType<IEndpointEvent>()];
    }

    /// <summary>
    /// Returns the attributes of a type or method as metadata has them, from the outside in: reflection returns a derived type's own
    /// attributes before the inherited ones.
    /// </summary>
    public static IEnumerable<object> OutsideIn(ICustomAttributeProvider provider) =>
        provider.GetCustomAttributes(inherit: true).Where(IsAsk).GroupBy(KeyOf).Select(same => same.First());

    // Of the same attribute, and of custom events of one name, the nearer one wins; the farther one adds the properties that only it sets.
    private static IEnumerable<object> Effective(
        IEnumerable<object> metadata) => metadata.Where(IsAsk).GroupBy(KeyOf).Select(same => same.Aggregate((farther, nearer) =>
        nearer is LifecycleEventAttribute attribute && nearer != farther
            ? EventTemplate.Merged((LifecycleEventAttribute)farther, attribute)
            : nearer));

    private static object KeyOf(object item) => item is LifecycleEventAttribute attribute ? EventTemplate.NameOf(attribute) : item;
}

/// <summary>Makes events of the success of one endpoint, by one attribute or one function.</summary>
internal interface IEndpointEvent
{
    /// <summary>Gets the name of the attribute or extension that asks for it, for messages.</summary>
    string Source { get; }

    /// <summary>Gets a value indicating whether an invalid model state does not matter.</summary>
    bool WhenInvalid { get; }

    /// <summary>
    /// Gets a value indicating whether it reads the tenant of who is at work, which may be known only when the scope commits.
    /// </summary>
    bool ReadsTenant { get; }

    /// <summary>Whether a status code is a success.</summary>
    bool Accepts(int status);

    /// <summary>
    /// Reads one call, and returns what makes its events of the tenant of who is at work; both may throw what the host's own members throw.
    /// </summary>
    /// <param name="values">What the call had and gave.</param>
    /// <param name="atMost">How many events it may make.</param>
    EndpointReading Read(EndpointValues values, int atMost);
}

/// <summary>What one call was read as.</summary>
/// <param name="Count">How many events it makes at most.</param>
/// <param name="Over">How many more there would have been.</param>
/// <param name="Make">Makes the events, given the tenant of who is at work.</param>
internal sealed record EndpointReading(int Count, int Over, Func<string?, IReadOnlyList<LifecycleEvent>> Make);
