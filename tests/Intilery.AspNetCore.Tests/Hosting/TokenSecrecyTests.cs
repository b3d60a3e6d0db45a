using System.Net;
using Intilery.AspNetCore.Delivery;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Tests.Hosting;

public sealed class TokenSecrecyTests
{
    [Theory]
    [InlineData(HttpStatusCode.OK)]
    [InlineData(HttpStatusCode.Forbidden)]
    [InlineData(HttpStatusCode.InternalServerError)]
    public async Task It_is_in_no_log_line_of_any_level_whatever_the_API_answers(HttpStatusCode status)
    {
        await using var api = await TrackingApi.StartAsync();
        if (status != HttpStatusCode.OK)
        {
            api.AnswerNext(status, """{"success":false,"message":"no"}""");
        }

        using var outbox = new TemporaryFile("outbox");
        await using var app = await IdentityApp.StartAsync(new()
        {
            OnKestrel = true,
            Settings = new()
            {
                ["Intilery:BaseAddress"] = api.BaseAddress,
                ["Intilery:Delivery:Enabled"] = "true",
                ["Intilery:Outbox:Path"] = outbox.Path,
            },
        });
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser();
        await IdentityApp.SignInAsync(browser);
        await api.BodiesAsync(1);
        await app.StopAsync();

        Assert.Contains(app.Log.Ours, line => line.Id is 400 or 401 or 403);
        Assert.DoesNotContain(app.Log.All, line => line.Message.Contains(TrackingApi.Token, StringComparison.Ordinal));
        Assert.DoesNotContain(app.Log.All, line => line.Exception?.ToString().Contains(TrackingApi.Token, StringComparison.Ordinal) == true);
    }

    [Theory]
    [InlineData(250)]
    [InlineData(240)]
    public async Task Where_a_long_answer_is_cut_within_it_no_part_of_it_is_left_in_the_log_or_the_health_check(int before)
    {
        await using var api = await TrackingApi.StartAsync();
        using var outbox = new TemporaryFile("outbox");
        await using var app = await DeliveringApp.StartAsync(api, new()
        {
            Services = services => services.AddHealthChecks().AddIntilery(), Settings = { ["Intilery:Outbox:Path"] = outbox.Path },
        });
        api.AnswerNext(HttpStatusCode.Forbidden, $$"""{"success":false,"message":"{{new string('x', before)}}{{TrackingApi.Token}} is unknown"}""");
        await app.RecordAsync(1);
        await app.Clock.WaitedForAsync(BatchDelivery.PauseDelay);

        var health = await app.App.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(TestContext.Current.CancellationToken);

        Assert.Contains("x***", health.Entries["intilery"].Description, StringComparison.Ordinal);
        Assert.Contains(app.App.Log.Ours, line => line.Id == 403 && line.Message.Contains("x***", StringComparison.Ordinal));
        Assert.DoesNotContain(TrackingApi.Token[..4], health.Entries["intilery"].Description, StringComparison.Ordinal);
        Assert.DoesNotContain(app.App.Log.All, line => line.Message.Contains(TrackingApi.Token[..4], StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_answer_that_repeats_it_and_is_no_HTTP_does_not_bring_it_into_the_log()
    {
        await using var server = new RawServer();
        server.AnswerNext($"auth-token: {TrackingApi.Token}\r\n\r\n");
        await using var app = await DeliveringApp.StartAsync($"http://127.0.0.1:{server.Port}");
        await app.RecordAsync(1);
        await app.Clock.WaitedForAsync(Backoff.First / 2, Backoff.First);

        Assert.Contains(app.App.Log.Ours, line => line.Id == 401 && line.Message.Contains("***", StringComparison.Ordinal));
        Assert.DoesNotContain(app.App.Log.All, line => line.Message.Contains(TrackingApi.Token, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("s3cret-t\u00f6ken")]
    [InlineData("s3cret token")]
    public void It_is_in_no_complaint_about_itself(string token)
    {
        using var host = WorkerHost.Create("Production", new Dictionary<string, string?> { ["AuthToken"] = token });

        var exception = Assert.Throws<OptionsValidationException>(() => host.Options);

        Assert.DoesNotContain("s3cret", exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_in_the_text_of_no_object_that_holds_it()
    {
        Assert.DoesNotContain("s3cret", new IntileryOptions { AuthToken = "s3cret" }.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", new DeliverySettings("https://example.test", "s3cret", TimeSpan.Zero).ToString(), StringComparison.Ordinal);
    }
}
