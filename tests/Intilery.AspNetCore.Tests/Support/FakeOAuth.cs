using System.Net;
using System.Net.Http.Headers;
using System.Security.Claims;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>A login provider: its authorization page is in the test's hands, its back channel answers here.</summary>
public sealed class FakeOAuth : HttpMessageHandler
{
    public const string Scheme = "Fake";
    public const string AccessToken = "access-token-s3cret";

    public string Id { get; set; } = "42";

    public string Email { get; set; } = "milton@example.com";

    public void Register(IServiceCollection services) => services.AddAuthentication().AddOAuth(Scheme, options =>
    {
        options.ClientId = "client";
        options.ClientSecret = "client-s3cret";
        options.AuthorizationEndpoint = "https://login.example.com/authorize";
        options.TokenEndpoint = "https://login.example.com/token";
        options.UserInformationEndpoint = "https://login.example.com/user";
        options.CallbackPath = "/signin-fake";
        options.BackchannelHttpHandler = this;
        options.CorrelationCookie.SecurePolicy = CookieSecurePolicy.None;
        options.CorrelationCookie.SameSite = SameSiteMode.Lax;
        options.ClaimActions.MapJsonKey(ClaimTypes.NameIdentifier, "id");
        options.ClaimActions.MapJsonKey(ClaimTypes.Email, "email");
        options.Events.OnCreatingTicket = async context =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, context.Options.UserInformationEndpoint);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", context.AccessToken);
            using var response = await context.Backchannel.SendAsync(request, context.HttpContext.RequestAborted);
            using var user = JsonDocument.Parse(await response.Content.ReadAsStringAsync(context.HttpContext.RequestAborted));
            context.RunClaimActions(user.RootElement);
        };
    });

    /// <summary>Comes back from the provider's page to the page that follows. Returns the code and the state that the address carried.</summary>
    public static async Task<(string Next, string Code, string State)> ComeBackAsync(TestBrowser browser, HttpResponseMessage challenge)
    {
        var state = QueryHelpers.ParseQuery(challenge.Headers.Location!.Query)["state"].ToString();
        var code = $"oauth-code-{Guid.NewGuid():N}";
        using var callback = await browser.GetAsync(QueryHelpers.AddQueryString("/signin-fake", new Dictionary<string, string?> { ["code"] = code, ["state"] = state }));
        return (callback.Headers.Location!.OriginalString, code, state);
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var json = request.RequestUri!.AbsolutePath == "/token"
            ? $$"""{ "access_token": "{{AccessToken}}", "token_type": "Bearer" }"""
            : $$"""{ "id": "{{Id}}", "email": "{{Email}}" }""";
        return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(json, Encoding.UTF8, "application/json") });
    }
}
