using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Dashboard;

/// <summary>Where the application has mapped the page.</summary>
internal sealed class DashboardMap
{
    /// <summary>Gets a value indicating whether the application has mapped the page, anywhere.</summary>
    public bool IsMapped { get; private set; }

    public IEndpointConventionBuilder Add(IEndpointRouteBuilder endpoints, string path)
    {
        IsMapped = true;
        var page = endpoints.ServiceProvider.GetRequiredService<DashboardPage>();
        var root = RoutePatternFactory.Parse(path.TrimEnd('/') + "/{**view}");
        var mapped = endpoints.Map(root, context => ServeAsync(context, page, context.RequestAborted))
            .WithDisplayName("Intilery")
            .WithMetadata(new SkipLifecycleTrackingAttribute(), new ExcludeFromDescriptionAttribute());

        // It runs after every other convention, those of groups included.
        mapped.Finally(endpoint =>
        {
            if (!IsDecided([.. endpoint.Metadata]))
            {
                throw new InvalidOperationException(
                    $"MapIntilery(\"{path}\") has no authorization, and its page shows personal data. Choose who may see it: "
                    + $"app.MapIntilery(\"{path}\").RequireAuthorization(\"policy\"), or .AllowAnonymous() for a page without personal data and actions.");
            }
        });
        return mapped;
    }

    private static async Task ServeAsync(HttpContext context, DashboardPage page, CancellationToken cancellationToken)
    {
        var metadata = context.GetEndpoint()?.Metadata ?? EndpointMetadataCollection.Empty;
        if (!IsDecided(metadata))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var view = context.Request.RouteValues["view"] as string ?? string.Empty;
        var whole = context.Request.PathBase + context.Request.Path;
        var root = whole.Value!.TrimEnd('/');
        root = view.Length > 0 && root.EndsWith(view, StringComparison.Ordinal) ? root[..^view.Length].TrimEnd('/') : root;
        var access = metadata.GetMetadata<IAllowAnonymous>() is null ? DashboardAccess.Mapped : DashboardAccess.Anonymous;
        await page.ServeAsync(context, root, view, access, cancellationToken).ConfigureAwait(false);
    }

    private static bool IsDecided(IReadOnlyList<object> metadata) =>
        metadata.Any(item => item is IAuthorizeData or AuthorizationPolicy or IAllowAnonymous);
}

/// <summary>What a viewer of the page may see and do.</summary>
internal enum DashboardAccess
{
    /// <summary>Everything is seen, nothing is changed: the developer at this machine.</summary>
    Local,

    /// <summary>Everything is seen, and the outbox can be changed: the application's policy has let the viewer in.</summary>
    Mapped,

    /// <summary>No personal data is seen, nothing is changed.</summary>
    Anonymous,
}
