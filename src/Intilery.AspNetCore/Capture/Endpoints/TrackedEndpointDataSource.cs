using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.Primitives;

namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>
/// The endpoints of another data source, with the filter on those handlers that ask for events by plain attributes: as a group
/// around them would put it there. It stands in for the other only where handlers ask for events.
/// </summary>
internal sealed class TrackedEndpointDataSource(EndpointDataSource inner, IServiceProvider services) : EndpointDataSource
{
    private static readonly RoutePattern _noPrefix = RoutePatternFactory.Parse(string.Empty);

    private readonly Lock _gate = new();
    private IReadOnlySet<MethodInfo> _handlers = new HashSet<MethodInfo>();
    private IReadOnlyList<Endpoint>? _endpoints;
    private IChangeToken? _change;

    // Making an endpoint compiles code, and everybody who asks would make it anew.
    public override IReadOnlyList<Endpoint> Endpoints
    {
        get
        {
            lock (_gate)
            {
                if (_endpoints is null || _change?.HasChanged == true)
                {
                    _change = inner.GetChangeToken();
                    _endpoints = GetGroupedEndpoints(new RouteGroupContext
                    {
                        Prefix = _noPrefix, Conventions = [], FinallyConventions = [], ApplicationServices = services,
                    });
                }

                return _endpoints;
            }
        }
    }

    /// <summary>Puts the filter on these handlers too: they ask by metadata that is added after the filter would be.</summary>
    public void Include(IReadOnlySet<MethodInfo> handlers)
    {
        lock (_gate)
        {
            _handlers = handlers;
            _endpoints = null;
        }
    }

    public override IReadOnlyList<Endpoint> GetGroupedEndpoints(RouteGroupContext context) =>
        inner.GetGroupedEndpoints(new RouteGroupContext
    {
        Prefix = context.Prefix,
        Conventions = [.. context.Conventions, Attach],
        FinallyConventions = context.FinallyConventions,
        ApplicationServices = context.ApplicationServices,
    });

    public override IChangeToken GetChangeToken() => inner.GetChangeToken();

    private void Attach(EndpointBuilder builder)
    {
        // The handler's method is there before its attributes are.
        if (builder.Metadata.OfType<MethodInfo>().Any(method => _handlers.Contains(method) || EndpointEvents.OutsideIn(method).Any()))
        {
            RouteHandlerEvents.Attach(builder);
        }
    }
}
