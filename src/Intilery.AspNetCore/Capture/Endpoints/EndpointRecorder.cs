using Intilery.AspNetCore.Capture.Tracking;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>Takes what an endpoint has given, when it has not failed, and lets the events of it be recorded. Never throws into the host.</summary>
internal sealed class EndpointRecorder(
    CaptureSwitch @switch, CaptureScopes scopes, EventCapture capture, TenantReader tenants, LiveOptions options, LifecycleDiagnostics diagnostics)
{
    public bool IsOn => @switch.IsOn;

    /// <summary>Makes the events, whose recording waits until the response says whether the endpoint succeeded.</summary>
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

            if (successful.Exists(source => source.ReadsTenant))
            {
                values = values with
                {
                    Tenant = await tenants.OfAsync(TenantResolutionMoment.Event, values.Context, values.Context.User, CancellationToken.None).ConfigureAwait(false),
                };
            }

            var made = Make(successful, values);
            if (made.Count > 0)
            {
                await HoldAsync(values.Context, made).ConfigureAwait(false);
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

    // Known already from the answer itself; otherwise the response says when it starts.
    private static bool IsFailure(IEndpointEvent source, object? answer) =>
        AnswerReader.IsRefusal(answer) || (AnswerReader.StatusOf(answer) is { } status && !source.Accepts(status));

    private List<(IEndpointEvent Source, LifecycleEvent Event)> Make(List<IEndpointEvent> sources, EndpointValues values)
    {
        var limit = options.Current.Capture.MaxEventsPerRequest;
        var made = new List<(IEndpointEvent Source, LifecycleEvent Event)>();
        var (dropped, first) = (0, string.Empty);
        foreach (var source in sources)
        {
            try
            {
                made.AddRange(source.Make(values, limit - made.Count, out var over).Select(one => (source, one)));
                first = over > 0 && dropped == 0 ? source.Source : first;
                dropped += over;
            }
            catch (Exception exception)
            {
                // A function of the host's own: its request goes on, and the other events are recorded.
                diagnostics.Failed($"making the events of {source.Source}", exception);
            }
        }

        if (dropped > 0)
        {
            diagnostics.TooMany(first, dropped, limit);
        }

        return made;
    }

    private async ValueTask HoldAsync(HttpContext context, List<(IEndpointEvent Source, LifecycleEvent Event)> made)
    {
        var hasStarted = context.Response.HasStarted;
        var scope = scopes.OfChange();
        var described = new List<HeldEvent>(made.Count);
        foreach (var (source, told) in made)
        {
            try
            {
                described.Add(new HeldEvent(source, await capture.DescribeAsync(told, scope, CancellationToken.None).ConfigureAwait(false)));
            }
            catch (ArgumentException exception)
            {
                // What the request carried cannot be sent: no e-mail address, an id that cannot be one. The message begins with the
                // member; the value after it is a person's.
                diagnostics.Incomplete(source.Source, exception.Message.Split(' ')[0]);
            }
        }

        var held = new HeldEvents(context, scope, described, scopes, diagnostics);
        if (hasStarted)
        {
            // An endpoint that writes its response itself has said by now how it went.
            foreach (var happening in held.Successes())
            {
                await scopes.RecordAsync(scope, happening, CancellationToken.None).ConfigureAwait(false);
            }
        }
        else if (described.Count > 0)
        {
            held.Attach();
        }
    }
}
