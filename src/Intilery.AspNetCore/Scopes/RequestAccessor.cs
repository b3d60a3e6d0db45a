using Intilery.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Intilery.AspNetCore.Scopes;

/// <summary>
/// Provides the current request, as <see cref="IHttpContextAccessor"/> does, but without registering one for the
/// host: the first middleware calls <see cref="Enter"/>.
/// </summary>
internal sealed class RequestAccessor : IEndpointAccessor
{
    private readonly AsyncLocal<Holder?> _current = new();
    private readonly AsyncLocal<Part?> _part = new();

    /// <summary>Gets the current request; <see langword="null"/> outside of any, and for work that outlives its request.</summary>
    public HttpContext? HttpContext => _current.Value is not { Context: { } known } holder ? null
        : _part.Value is { } part && part.Whole == holder ? part.Context
        : known;

    public string? Endpoint
    {
        get
        {
            try
            {
                return HttpContext is not { } context
                    ? null
                    : RouteOf(context) is { } route
                    ? $"{context.Request.Method} {route}"
                    : context.Request.Method;
            }
            catch (ObjectDisposedException)
            {
                // The request has ended on another thread.
                return null;
            }
        }
    }

    /// <summary>Returns the route pattern of a request's endpoint, with a leading slash; <see langword="null"/> if it has none.</summary>
    public static string? RouteOf(HttpContext context) =>
        context.GetEndpoint() is RouteEndpoint { RoutePattern.RawText: { } route } ? "/" + route.TrimStart('/') : null;

    /// <summary>Gets the server's request: it differs from the current one in a part of a batch.</summary>
    public HttpContext? Whole => _current.Value?.Context;

    /// <summary>
    /// Registers the request that the caller authenticates. A request that the server does not know, such as a part of a batch, becomes the
    /// caller's current one. Synchronous, as <see cref="Enter"/>.
    /// </summary>
    public void EnterPart(HttpContext context)
    {
        if (_current.Value is { Context: { } known } holder && known != context && HttpContext != context)
        {
            _part.Value = new Part(holder, context);
        }
    }

    /// <summary>
    /// Makes a request the caller's current one until its response has completed. Synchronous: a value that an asynchronous method sets in
    /// an <see cref="AsyncLocal{T}"/> is lost when it returns.
    /// </summary>
    public void Enter(HttpContext context)
    {
        var holder = new Holder { Context = context };
        _current.Value = holder;

        // The value flows into all work that the request starts, which may outlive it, and the server reuses the context. The first
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
