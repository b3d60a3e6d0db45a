using Intilery.AspNetCore.PackageTests.Support;
using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.PackageTests;

/// <summary>The package, made for .NET 10, in an application on .NET 11 and EF Core 11.</summary>
public sealed class NewerFrameworkTests(BuiltApplications applications)
{
    [Fact]
    public async Task An_application_on_NET_11_and_EF_Core_11_restores_starts_and_tracks()
    {
        await using var api = await TrackingApi.StartAsync();
        var folder = await applications.BuildAsync(ApplicationSources.OnNet11, ApplicationSources.Net11);

        var (code, output) = await Dotnet.TryRunAsync(
            Path.Combine(folder, ApplicationSources.OnNet11), folder, "--urls=http://127.0.0.1:0",
            $"--Intilery:ClientId={TrackingApi.ClientId}", $"--Intilery:AuthToken={TrackingApi.Token}", $"--Intilery:BaseAddress={api.BaseAddress}");

        Assert.True(code == 0, output);
        Assert.Contains("Runtime=11.0.0 EF=11.0.0.0", output, StringComparison.Ordinal);
        Assert.Equal(["identify", "Signed Up", "Signed In"], api.Accepted.Select(call => call.Event));
    }
}
