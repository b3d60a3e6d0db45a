using System.Diagnostics.Metrics;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Tests.HostFirst;

/// <summary>The log and the meters' listeners are the host's: where they throw, neither the request nor the event is lost.</summary>
public sealed class ThrowingListenerTests
{
    [Fact]
    public async Task A_log_provider_that_throws_costs_no_event()
    {
        await using var app = await IdentityApp.StartAsync(new IdentityAppSetup
        {
            Services = services => services.AddLogging(logging => logging.AddProvider(new ThrowingLog())),
        });

        await AssertSessionAsync(app);
    }

    [Fact]
    public async Task A_meter_listener_that_throws_costs_no_event()
    {
        await using var app = await IdentityApp.StartAsync();
        var meters = app.Services.GetRequiredService<IMeterFactory>();
        var heard = 0;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, meters) && instrument.Meter.Name == "Intilery.AspNetCore")
            {
                own.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, _, _, _) =>
        {
            Interlocked.Increment(ref heard);
            throw new InvalidOperationException("no meter");
        });
        listener.Start();

        await AssertSessionAsync(app);
        Assert.NotEqual(0, heard);
    }

    // Identity signs out of its intermediate schemes as well, which is suppressed, counted and logged.
    private static async Task AssertSessionAsync(IdentityApp app)
    {
        var peter = await app.CreateUserAsync();
        using var browser = app.OpenBrowser();
        await IdentityApp.SignInAsync(browser);
        await IdentityApp.SignOutAsync(browser);

        Assert.Equal([$"identify {peter}", $"Signed In {peter}", $"Signed Out {peter}"], await app.LinesAsync());
    }
}
