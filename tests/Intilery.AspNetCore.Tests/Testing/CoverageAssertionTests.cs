using Intilery.AspNetCore.Testing;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Testing;

public sealed class CoverageAssertionTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_captured_is_covered()
    {
        await using var app = await IdentityApp.StartAsync(new() { Services = services => services.AddIntileryRecorder() });

        var report = await app.Services.GetIntileryRecorder().AssertCoveredAsync([LifecycleEventNames.SignedUp, LifecycleEventNames.SignedIn], Cancelled);

        Assert.Equal(LifecycleEventNames.All, report.Events.Select(line => line.EventName));
    }

    [Fact]
    public async Task What_is_not_is_named_with_its_cure()
    {
        await using var app = await IdentityApp.StartAsync(new() { Services = services => services.AddIntileryRecorder() });

        var exception = await Assert.ThrowsAsync<IntileryAssertionException>(
            () => app.Services.GetIntileryRecorder().AssertCoveredAsync([LifecycleEventNames.SignedUp, LifecycleEventNames.InviteSent], Cancelled));

        Assert.Equal(
            """
            Not captured:
              Invite Sent: No endpoint tracks invites. [TrackInviteSent] // on the endpoint that sends invites
            """,
            exception.Message);
    }

    [Fact]
    public async Task A_name_that_is_none_of_the_ten_is_refused()
    {
        await using var app = await IdentityApp.StartAsync(new() { Services = services => services.AddIntileryRecorder() });

        await Assert.ThrowsAsync<ArgumentException>(() => app.Services.GetIntileryRecorder().AssertCoveredAsync(["Signed up"], Cancelled));
    }

    [Fact]
    public async Task A_recorder_of_no_application_knows_no_coverage() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => new IntileryRecorder().AssertCoveredAsync(LifecycleEventNames.All, Cancelled));
}
