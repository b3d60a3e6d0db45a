using System.Net;
using Intilery.AspNetCore.Commands;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Intilery.AspNetCore.Tests.Commands;

public sealed class DoctorTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    [Fact]
    public async Task Good_checks_end_with_0_and_send_no_event()
    {
        await using var api = await TrackingApi.StartAsync();

        var (exitCode, output) = await RunAsync(api.BaseAddress, TimeProvider.System);

        Assert.Equal(0, exitCode);
        Assert.Equal("""{"batch":[]}""", Assert.Single(api.Bodies));
        var host = new Uri(api.BaseAddress).Authority;
        Assert.Equal(
            $"""
            Checks
            API                   good       {host} answers.
            Token                 good       Accepted for {api.BaseAddress}/track/acme/acme/ACME.
            Clock                 good       It agrees with Intilery's to within 30 seconds.
            Outbox                good       {_folder.Combine("outbox")} can be written.

            """,
            output[output.IndexOf("Checks", StringComparison.Ordinal)..]);
        Assert.StartsWith("Events", output, StringComparison.Ordinal);
        Assert.DoesNotContain(TrackingApi.Token, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_of_the_empty_batch_is_an_answer_to_an_accepted_token()
    {
        await using var api = await TrackingApi.StartAsync();
        api.AnswerNext(HttpStatusCode.BadRequest, """{"success":false,"message":"batch must not be empty"}""");

        var (exitCode, output) = await RunAsync(api.BaseAddress, TimeProvider.System);

        Assert.Equal(0, exitCode);
        Assert.Contains("Token                 good", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_is_not_accepted_ends_with_1()
    {
        await using var api = await TrackingApi.StartAsync();
        api.AnswerNext(HttpStatusCode.Forbidden);

        var (exitCode, output) = await RunAsync(api.BaseAddress, TimeProvider.System);

        Assert.Equal(1, exitCode);
        Assert.Contains("Token                 FAILED     403. Intilery does not accept the token for this account.", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_API_that_is_not_reached_ends_with_1()
    {
        var (exitCode, output) = await RunAsync($"http://127.0.0.1:{ClosedPort.Next()}", TimeProvider.System);

        Assert.Equal(1, exitCode);
        Assert.Contains("API                   FAILED", output, StringComparison.Ordinal);
        Assert.Contains("Token                 unchecked", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_clock_that_is_wrong_ends_with_1()
    {
        await using var api = await TrackingApi.StartAsync();

        var (exitCode, output) = await RunAsync(api.BaseAddress, new FakeTimeProvider(new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero)));

        Assert.Equal(1, exitCode);
        Assert.Contains("Clock                 FAILED     It differs from Intilery's by", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_ends_with_1()
    {
        await using var api = await TrackingApi.StartAsync();
        await File.WriteAllTextAsync(_folder.Combine("outbox"), "no folder", TestContext.Current.CancellationToken);

        var (exitCode, output) = await RunAsync(api.BaseAddress, TimeProvider.System);

        Assert.Equal(1, exitCode);
        Assert.Contains("Outbox                FAILED", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_folder_that_is_checked_is_the_first_that_the_start_can_use()
    {
        var (first, second) = (_folder.Combine("first"), _folder.Combine("second"));
        await File.WriteAllTextAsync(first, "no folder", TestContext.Current.CancellationToken);

        var check = Doctor.CheckFolders([first, second]);

        Assert.True(check.IsGood);
        Assert.StartsWith($"{first} cannot be used: ", check.Text, StringComparison.Ordinal);
        Assert.EndsWith($". {second} can be written.", check.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mapped_trials_that_would_stop_the_start_end_with_1()
    {
        await using var api = await TrackingApi.StartAsync();

        var (exitCode, output) = await RunAsync(
            api.BaseAddress, TimeProvider.System, services => services.AddIntilery().MapTrials<Trial>(trial => trial.Id, trial => trial.TeamId, trial => trial.EndsAt));

        Assert.Equal(1, exitCode);
        Assert.Contains("Trials                FAILED     MapTrials<Trial> feeds the trial clock", output, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private async Task<(int? ExitCode, string Output)> RunAsync(string address, TimeProvider time, Action<IServiceCollection>? configure = null)
    {
        using var host = WorkerHost.Create(
            "Production",
            new Dictionary<string, string?>
            {
                ["ClientId"] = TrackingApi.ClientId,
                ["AuthToken"] = TrackingApi.Token,
                ["BaseAddress"] = address,
                ["Outbox:Path"] = _folder.Combine("outbox"),
            },
            services: services =>
            {
                services.AddSingleton(time);
                configure?.Invoke(services);
            });
        var output = new StringWriter();
        var exitCode = await host.Application.RunIntileryCommandAsync(["intilery", "doctor"], output, TestContext.Current.CancellationToken);
        return (exitCode, output.ToString());
    }

    private sealed record Trial(string Id, string TeamId, DateTimeOffset EndsAt);
}
