namespace TeamsApp.Events;

/// <summary>The events of everybody, for the panel of this demonstration. Development alone has it: they are personal data.</summary>
public static class EventsPanelEndpoints
{
    public static IEndpointRouteBuilder MapEventsPanel(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/events", (EventsPanel panel, IHostApplicationLifetime lifetime, HttpContext context) =>
        {
            var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
            context.Response.RegisterForDispose(ended);
            return TypedResults.ServerSentEvents(panel.ReadAsync(ended.Token));
        });
        return app;
    }
}
