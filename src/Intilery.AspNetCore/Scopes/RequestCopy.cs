using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Features.Authentication;
using Microsoft.AspNetCore.Routing;

namespace Intilery.AspNetCore.Scopes;

/// <summary>
/// Copies a request for the application's tenant resolver, which runs beside the request and, if it does not return, after it.
/// The copy has what the client sent and what middleware set, but no body, a response that is discarded, and no services until the
/// resolver's own are set.
/// </summary>
internal static class RequestCopy
{
    /// <summary>Returns a copy that shares no state with the request, which the server reuses.</summary>
    public static HttpContext Of(HttpContext context)
    {
        var (request, features) = (context.Request, new FeatureCollection());
        CarryOver(context.Features, features);
        features.Set<IHttpRequestFeature>(new HttpRequestFeature
        {
            Method = request.Method,
            Scheme = request.Scheme,
            PathBase = request.PathBase.Value ?? string.Empty,
            Path = request.Path.Value ?? string.Empty,
            QueryString = request.QueryString.Value ?? string.Empty,
            Protocol = request.Protocol,
            RawTarget = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? string.Empty,
            Headers = HeadersOf(request),
        });
        features.Set<IHttpResponseFeature>(new ResponseElsewhere { StatusCode = context.Response.StatusCode });
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
        features.Set<IHttpConnectionFeature>(new HttpConnectionFeature
        {
            ConnectionId = context.Connection.Id,
            LocalIpAddress = context.Connection.LocalIpAddress,
            LocalPort = context.Connection.LocalPort,
            RemoteIpAddress = context.Connection.RemoteIpAddress,
            RemotePort = context.Connection.RemotePort,
        });
        features.Set<IHttpRequestIdentifierFeature>(new HttpRequestIdentifierFeature { TraceIdentifier = context.TraceIdentifier });
        var copy = new DefaultHttpContext(features);
        copy.SetEndpoint(context.GetEndpoint());
        return copy;
    }

    // What middleware has set is its own object. What the framework makes of the request reads that one, and is made of what it has read.
    private static void CarryOver(IFeatureCollection from, FeatureCollection to)
    {
        var server = from.Get<IHttpRequestFeature>();
        foreach (var (type, feature) in from)
        {
            if (feature is not null && feature != server && !IsOfTheServer(type))
            {
                to[type] = feature;
            }
        }

        to.Set(from.Get<ISessionFeature>());
        to.Set(from.Get<ITlsConnectionFeature>());
        if (from.Get<IHttpAuthenticationFeature>() is { } authentication)
        {
            to.Set<IHttpAuthenticationFeature>(new HttpAuthenticationFeature { User = authentication.User });
        }

        if (from.Get<IItemsFeature>() is { } items)
        {
            var copied = new ItemsFeature();
            foreach (var (key, item) in items.Items)
            {
                copied.Items[key] = item;
            }

            to.Set<IItemsFeature>(copied);
        }

        if (from.Get<IRouteValuesFeature>() is { } route)
        {
            to.Set<IRouteValuesFeature>(new RouteValuesFeature { RouteValues = new RouteValueDictionary(route.RouteValues) });
        }

        if (from.Get<IQueryFeature>() is { } query)
        {
            to.Set<IQueryFeature>(new QueryFeature(query.Query));
        }

        if (from.Get<IRequestCookiesFeature>() is { } cookies)
        {
            to.Set<IRequestCookiesFeature>(new RequestCookiesFeature(cookies.Cookies));
        }

        if (from.Get<IFormFeature>()?.Form is { } form)
        {
            to.Set<IFormFeature>(new FormFeature(form));
        }
    }

    private static bool IsOfTheServer(Type feature) => feature.Assembly == typeof(RequestCopy).Assembly
        || (feature.Namespace is { } name
            && (name.StartsWith("Microsoft.AspNetCore.Http.Features", StringComparison.Ordinal)
                || name.StartsWith("Microsoft.AspNetCore.Server", StringComparison.Ordinal)
                || name.StartsWith("Microsoft.AspNetCore.Connections", StringComparison.Ordinal)));

    private static HeaderDictionary HeadersOf(HttpRequest request)
    {
        var headers = new HeaderDictionary();
        foreach (var (name, values) in request.Headers)
        {
            headers[name] = values;
        }

        return headers;
    }

    // Writes to the copy never reach the client, so its response counts as started.
    private sealed class ResponseElsewhere : HttpResponseFeature
    {
        public override bool HasStarted => true;
    }
}
