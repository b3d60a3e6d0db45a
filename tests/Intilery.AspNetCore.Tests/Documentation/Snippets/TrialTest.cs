using Intilery.AspNetCore.Testing;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Intilery.AspNetCore.Tests.Documentation.Snippets;

/// <summary>A test of a trial, as a team writes it; what the recorder does then is in its own tests.</summary>
internal static class TrialTest
{
    public static async Task<RecordedEvent> EndAsync()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var factory = new WebApplicationFactory<Program>()
            .WithWebHostBuilder(host => host.ConfigureTestServices(services => services.AddSingleton<TimeProvider>(time)))
            .WithIntileryRecorder();
        using var client = factory.CreateClient();
        // ... start a trial of 14 days ...
        time.Advance(TimeSpan.FromDays(14));
        var ended = await factory.GetIntileryRecorder().WaitForAsync("Trial Ended");

        return ended;
    }
}
