using System.Net;
using Intilery.AspNetCore.Deliver;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Tests.Setup;

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
