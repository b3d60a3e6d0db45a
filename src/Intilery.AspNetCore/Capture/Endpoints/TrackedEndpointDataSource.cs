using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.Primitives;

namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>
/// The endpoints of another data source, with the filter on those handlers that ask for events by plain attributes: as a group
/// around them would put it there. It stands in for the other only where there are such handlers.
/// </summary>
internal sealed class TrackedEndpointDataSource(EndpointDataSource inner, IReadOnlySet<MethodInfo> handlers, IServiceProvider services) : EndpointDataSource
{
    private static readonly RoutePattern _noPrefix = RoutePatternFactory.Parse(string.Empty);

    private readonly Lock _gate = new();
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

    public override IReadOnlyList<Endpoint> GetGroupedEndpoints(RouteGroupContext context) => inner.GetGroupedEndpoints(new RouteGroupContext
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
        if (builder.Metadata.OfType<MethodInfo>().Any(handlers.Contains))
        {
            RouteHandlerEvents.Attach(builder);
        }
    }
}
