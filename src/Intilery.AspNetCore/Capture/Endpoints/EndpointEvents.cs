using System.Reflection;
using Intilery.AspNetCore.Diagnostics;
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
    /// Returns the attributes of a type or method as metadata has them, from the outside in: reflection tells a derived one's own
    /// before those that it inherits.
    /// </summary>
    public static IEnumerable<object> OutsideIn(ICustomAttributeProvider provider) =>
        provider.GetCustomAttributes(inherit: true).Where(IsAsk).GroupBy(KeyOf).Select(same => same.First());

    // Of the same attribute the nearer one counts; of custom events, of each name.
    private static IEnumerable<object> Effective(IEnumerable<object> metadata) => metadata.Where(IsAsk).GroupBy(KeyOf).Select(same => same.Last());

    private static object KeyOf(object item) => item is LifecycleEventAttribute attribute ? EventTemplates.NameOf(attribute) : item;
}
