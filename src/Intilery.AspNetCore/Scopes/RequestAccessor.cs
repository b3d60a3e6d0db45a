using Intilery.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Intilery.AspNetCore.Scopes;

/// <summary>
/// Knows the request that the code under way belongs to, as <see cref="IHttpContextAccessor"/> does, but without registering one for the
/// host: <see cref="Enter"/> is called by the first middleware.
/// </summary>
internal sealed class RequestAccessor : IEndpointAccessor
{
    private readonly AsyncLocal<Holder?> _current = new();
    private readonly AsyncLocal<Part?> _part = new();

    /// <summary>Gets the request; <see langword="null"/> outside of any, and for work that outlives the request that started it.</summary>
    public HttpContext? HttpContext => _current.Value is not { Context: { } known } holder ? null
        : _part.Value is { } part && part.Whole == holder ? part.Context
        : known;

    public string? Endpoint
    {
        get
        {
            try
            {
                return HttpContext is not { } context ? null : RouteOf(context) is { } route ? $"{context.Request.Method} {route}" : context.Request.Method;
            }
            catch (ObjectDisposedException)
            {
                // The request has ended on another thread.
                return null;
            }
        }
    }

    /// <summary>Returns the route pattern of a request's endpoint, with its slash; <see langword="null"/> if it has none.</summary>
    public static string? RouteOf(HttpContext context) =>
        context.GetEndpoint() is RouteEndpoint { RoutePattern.RawText: { } route } ? "/" + route.TrimStart('/') : null;

    /// <summary>Gets the request that the server knows: it differs from the other in a part of a batch.</summary>
    public HttpContext? Whole => _current.Value?.Context;

    /// <summary>
    /// Notes the request that the caller authenticates. One that the server does not know, as a part of a batch, becomes the current one of the
    /// caller. Not asynchronous, as <see cref="Enter"/>.
    /// </summary>
    public void EnterPart(HttpContext context)
    {
        if (_current.Value is { Context: { } known } holder && known != context && HttpContext != context)
        {
            _part.Value = new Part(holder, context);
        }
    }

    /// <summary>
    /// Makes a request the current one of the caller, until its response has completed. Not asynchronous: what such a method sets is gone
    /// when it returns.
    /// </summary>
    public void Enter(HttpContext context)
    {
        var holder = new Holder { Context = context };
        _current.Value = holder;

        // The value flows into everything that the request starts, for as long as that lives; and the server reuses the context. The first
        // callback that is registered runs last.
        context.Response.OnCompleted(
            static state =>
            {
                ((Holder)state).Context = null;
                return Task.CompletedTask;
            },
            holder);
    }

    private sealed class Holder
    {
        public volatile HttpContext? Context;
    }

    private sealed record Part(Holder Whole, HttpContext Context);
}
