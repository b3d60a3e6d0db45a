using Intilery.AspNetCore.Capture.Authentication;
using Intilery.AspNetCore.Capture.Endpoints;
using Intilery.AspNetCore.Capture.EntityFramework;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Outbox;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Hosting;

/// <summary>Logs in one line what is tracked, and warns of what is missing.</summary>
internal sealed class StartupReport(
    IServiceProvider services,
    RuntimeMode mode,
    IOptionsMonitor<IntileryOptions> options,
    RegisteredContexts contexts,
    EndpointInspection inspection,
    LifecycleDiagnostics diagnostics)
{
    // The package of the handler is not one of the framework's own.
    private const string JwtBearerHandler = "Microsoft.AspNetCore.Authentication.JwtBearer.JwtBearerHandler";

    public async Task WriteAsync()
    {
        // The tracked schemes depend on the endpoints, and the last of them are mapped when the server starts.
        await StartedAsync().ConfigureAwait(false);
        var schemes = services.GetService<IAuthenticationSchemeProvider>();
        var all = schemes is null ? [] : await services.GetRequiredService<TrackedSchemes>().AllAsync().ConfigureAwait(false);
        diagnostics.Log.Armed(
            List(all.Where(scheme => scheme.IsTracked).Select(scheme => scheme.Name!)),
            List(contexts.WithIdentityUsers),
            List(options.CurrentValue.Tenant.EffectiveClaimTypes),
            mode.KeepsEvents ? services.GetRequiredService<IOutboxStore>().Description : "none",
            Destination());
        foreach (var scheme in all)
        {
            diagnostics.Log.Scheme(scheme.Name!, scheme.IsTracked ? "tracked" : "not tracked", scheme.Why);
        }

        WriteMode();
        await WriteDoubtsAsync(schemes).ConfigureAwait(false);
    }

    private async Task StartedAsync()
    {
        if (services.GetService<IHostApplicationLifetime>() is not { } lifetime)
        {
            return;
        }

        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var onStarted = lifetime.ApplicationStarted.Register(() => started.TrySetResult()).ConfigureAwait(false);
        await using var onStopping = lifetime.ApplicationStopping.Register(() => started.TrySetResult()).ConfigureAwait(false);
        await started.Task.ConfigureAwait(false);
    }

    private string Destination() =>
        !mode.KeepsEvents
            ? "none"
            : mode.Delivers
            ? options.CurrentValue.Destination
            : options.CurrentValue.Destination + " (recorded only, Intilery:Delivery:Enabled is off)";

    private async Task WriteDoubtsAsync(IAuthenticationSchemeProvider? schemes)
    {
        if (options.CurrentValue.UnknownKeys.Count > 0)
        {
            diagnostics.Log.UnknownKeys(List(options.CurrentValue.UnknownKeys));
        }

        if (schemes is not null && options.CurrentValue.TrackedSchemes.Count > 0)
        {
            var registered = (await schemes.GetAllSchemesAsync().ConfigureAwait(false)).Select(scheme => scheme.Name).ToList();
            var unknown = options.CurrentValue.TrackedSchemes.Except(registered).ToList();
            if (unknown.Count > 0)
            {
                diagnostics.Log.UnknownSchemes(List(unknown), List(registered));
            }
        }

        var mappings = services.GetServices<EntityMapping>().ToList();
        foreach (var (type, cause) in contexts.Unwatched.Where(context => mappings.Count > 0 || RegisteredContexts.HoldsIdentityUsers(context.Type)))
        {
            diagnostics.Log.ContextNotWatched(type.Name, cause);
        }

        // The line above reports users in a context that is not watched.
        if (contexts.WithIdentityUsers.Count == 0
            && contexts.UnwatchedWithIdentityUsers.Count == 0
            && !mappings.Exists(mapping => mapping is UserMapping))
        {
            if (contexts.HasUserStore)
            {
                diagnostics.Log.NoIdentityContext();
            }
            else
            {
                diagnostics.Log.UsersElsewhere();
            }
        }

        if (schemes is not null && mode.HasServer && !inspection.TracksSignIns)
        {
            // Issuing a token calls no authentication service, and so cannot be observed.
            var tokens = (await schemes.GetAllSchemesAsync().ConfigureAwait(false))
                .Where(scheme => IsJwtBearer(scheme.HandlerType))
                .Select(scheme => scheme.Name)
                .ToList();
            if (tokens.Count > 0)
            {
                diagnostics.Log.TokenSignInsUntracked(List(tokens));
            }
        }

        if (await services.GetRequiredService<AuthenticationPath>().IsBypassedAsync(services).ConfigureAwait(false))
        {
            diagnostics.Log.AuthenticationBypassed();
        }
    }

    private static bool IsJwtBearer(Type? handler)
    {
        for (; handler is not null; handler = handler.BaseType)
        {
            if (handler.FullName == JwtBearerHandler)
            {
                return true;
            }
        }

        return false;
    }

    private static string List(IEnumerable<string> names) => string.Join(", ", names) is { Length: > 0 } list ? list : "none";

    private void WriteMode()
    {
        if (options.CurrentValue.CaptureOnly)
        {
            diagnostics.Log.CaptureOnly();
        }
        else if (options.CurrentValue.HasNoAccount)
        {
            diagnostics.Log.NoAccount();
        }
        else if (mode.IsHeldByTestServer)
        {
            diagnostics.Log.TestServer(options.CurrentValue.BaseAddress.Host);
        }
    }
}

/// <summary>Logs, once the application has started, which of the specification's events it does not capture.</summary>
internal sealed class CoverageLog(CoverageInspection coverage, IHostEnvironment environment, LifecycleDiagnostics diagnostics)
{
    /// <summary>Gets the task of the inspection.</summary>
    public Task Writing { get; private set; } = Task.CompletedTask;

    /// <summary>Starts the inspection, without delaying the host.</summary>
    public void Begin() => Writing = Task.Run(WriteAsync);

    private async Task WriteAsync()
    {
        try
        {
            var report = await coverage.GetQuickReportAsync().ConfigureAwait(false);
            var missing = report.Events.Where(line => line.Status is CoverageStatus.Missing or CoverageStatus.Impossible).ToList();
            if (!environment.IsDevelopment())
            {
                if (missing.Count > 0)
                {
                    diagnostics.Log.CoverageSummary(
                        report.Events.Count - missing.Count, string.Join(", ", missing.Select(line => line.EventName)));
                }

                return;
            }

            foreach (var line in missing)
            {
                diagnostics.Log.EventNotCovered(
                    line.EventName, line.Status, line.Reason!, line.Fix is { } fix ? $"Add {fix}" : string.Empty);
            }
        }
        catch (ObjectDisposedException)
        {
            // The host stopped right after its start.
        }
        catch (Exception exception)
        {
            // A failure does not affect the host.
            diagnostics.Failed("looking at what is captured", exception);
        }
    }
}
