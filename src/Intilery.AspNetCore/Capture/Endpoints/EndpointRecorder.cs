using System.Security.Claims;
using Intilery.AspNetCore.Capture.Code;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>
/// Takes what an endpoint has given, when it has not failed, and lets the events of it be recorded. Never throws into the host.
/// </summary>
internal sealed class EndpointRecorder(
    CaptureSwitch @switch,
    TrackingScopes scopes,
    EventCapture capture,
    TenantReader tenants,
    IOptionsMonitor<IntileryOptions> options,
    LifecycleDiagnostics diagnostics)
{
    public bool IsOn => @switch.IsOn;

    /// <summary>Makes the events. They are recorded once the response shows that the endpoint succeeded.</summary>
    /// <param name="asked">Returns what the endpoint asks for.</param>
    /// <param name="had">Returns what the call had and gave.</param>
    /// <param name="isValid">Whether the model state is valid; <see langword="true"/> where there is none.</param>
    public async ValueTask RecordAsync(Func<IReadOnlyList<IEndpointEvent>> asked, Func<EndpointValues> had, bool isValid)
    {
        try
        {
            var sources = asked();
            if (sources.Count == 0)
            {
                return;
            }

            var values = had();
            var successful = sources.Where(source => !IsFailure(source, values.Answer) && (isValid || source.WhenInvalid)).ToList();
            foreach (var source in sources.Except(successful))
            {
                diagnostics.Suppressed(source.Source, Reasons.Unsuccessful);
            }

            if (successful.Count > 0)
            {
                await HoldAsync(values, successful).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            // The host's endpoint has succeeded, whatever becomes of our events.
            diagnostics.Failed("recording the events of an endpoint", exception);
        }
    }

    /// <summary>Counts what the endpoint asked for and threw away with its exception.</summary>
    /// <param name="asked">Returns what the endpoint asks for.</param>
    public void Threw(Func<IReadOnlyList<IEndpointEvent>> asked)
    {
        try
        {
            foreach (var source in asked())
            {
                diagnostics.Suppressed(source.Source, Reasons.Unsuccessful);
            }
        }
        catch (Exception exception)
        {
            // The host's own exception is the one to be thrown.
            diagnostics.Failed("recording the events of an endpoint", exception);
        }
    }

    // Known already from the answer itself; otherwise when the response starts.
    private static bool IsFailure(IEndpointEvent source, object? answer) =>
        AnswerReader.IsRefusal(answer) || (AnswerReader.StatusOf(answer) is { } status && !source.Accepts(status));

    private async ValueTask HoldAsync(EndpointValues values, List<IEndpointEvent> sources)
    {
        var hasStarted = values.Context.Response.HasStarted;
        var (scope, principal) = (scopes.OfChange(), scopes.Principal);
        var passwordOwner = await capture.PasswordOwnerAsync().ConfigureAwait(false);
        var events = Read(sources, values)
            .SelectMany(read => Hold(read.Source, read.Reading, values, scope, principal, passwordOwner))
            .ToList();
        if (events.Count == 0)
        {
            return;
        }

        var held = new DeferredEndpointEvents(values.Context, scope, events, scopes, diagnostics);
        if (hasStarted)
        {
            // An endpoint that writes its response itself has set the status by now.
            await foreach (var fact in held.SuccessesAsync().ConfigureAwait(false))
            {
                await scopes.RecordAsync(scope, fact, CancellationToken.None).ConfigureAwait(false);
            }
        }
        else
        {
            held.Attach();
        }
    }

    // All of an endpoint's events share the limit: it is a client who decides how many there are.
    private List<(IEndpointEvent Source, EndpointReading Reading)> Read(List<IEndpointEvent> sources, EndpointValues values)
    {
        var limit = options.CurrentValue.Capture.MaxEventsPerRequest;
        var left = limit;
        var readings = new List<(IEndpointEvent Source, EndpointReading Reading)>();
        foreach (var source in sources)
        {
            if (Guarded(source, () => source.Read(values, left), null) is { } reading)
            {
                left -= reading.Count;
                readings.Add((source, reading));
            }
        }

        if (readings.Find(read => read.Reading.Over > 0) is { Source: { } first })
        {
            diagnostics.TooMany(first.Source, readings.Sum(read => read.Reading.Over), limit);
        }

        return readings;
    }

    private IEnumerable<DeferredEvent> Hold(
        IEndpointEvent source,
        EndpointReading reading,
        EndpointValues values,
        TrackingScope scope,
        ClaimsPrincipal? principal,
        string? passwordOwner)
    {
        var user = values.Context.User;
        if (source.ReadsTenant && tenants.QuestionOf(TenantResolutionMoment.Event, scope, user) is { } question)
        {
            return [new DeferredEvent(source, AnswerAsync)];
        }

        var tenant = source.ReadsTenant ? tenants.ByClaims(TenantResolutionMoment.Event, user) : null;
        return Describe(tenant).Select(fact => new DeferredEvent(source, fact));

        async ValueTask<IReadOnlyList<CapturedFact>> AnswerAsync()
        {
            scope.Locate(values.Context, diagnostics);
            return Describe(await tenants.AnswerAsync(question, CancellationToken.None).ConfigureAwait(false));
        }

        List<CapturedFact> Describe(string? tenant) =>
            [
            .. Guarded(source, () => reading.Make(tenant), [])!
                .Select(tracked => TryDescribe(source, EventCapture.Named(tracked, passwordOwner), scope, principal))
                .OfType<CapturedFact>(),
        ];
    }

    private CapturedFact? TryDescribe(IEndpointEvent source, LifecycleEvent tracked, TrackingScope scope, ClaimsPrincipal? principal)
    {
        try
        {
            return capture.Describe(tracked, scope, principal);
        }
        catch (ArgumentException exception)
        {
            // What the request carried cannot be sent: no e-mail address, an id that cannot be one. The message begins with the
            // member; the value after it is a person's.
            diagnostics.Incomplete(source.Source, exception.Message.Split(' ')[0]);
            return null;
        }
    }

    private T? Guarded<T>(IEndpointEvent source, Func<T> make, T? otherwise)
    {
        try
        {
            return make();
        }
        catch (Exception exception)
        {
            // The host's own function failed: its request continues, and the other events are recorded.
            diagnostics.Failed($"making the events of {source.Source}", exception);
            return otherwise;
        }
    }
}
