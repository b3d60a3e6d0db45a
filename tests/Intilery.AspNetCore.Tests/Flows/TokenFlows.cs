using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Tests.Flows;

/// <summary>In by an API: <c>MapIdentityApi</c>, and a token server's own handler.</summary>
internal static class TokenFlows
{
    public static IEnumerable<Flow> Rows =>
    [
        new("the API's /register")
        {
            Steps = visit => visit.PostAsync("/api/register", new { email = visit.EmailOf("milton"), password = Visit.Password }),
            Calls = [],
            Messages = ["identify milton", "Signed Up milton"],
            Reasons = [],
        },
        new("the API's /login with a cookie")
        {
            Given = visit => visit.CreateUsersAsync("peter"),
            Steps = visit => visit.PostAsync("/api/login?useCookies=true", new { email = visit.EmailOf("peter"), password = Visit.Password }),
            Calls = ["in App"],
            Messages = ["identify peter by row", "Signed In peter"],
            Reasons = [],
        },
        new("the API's /login with a bearer token")
        {
            Given = visit => visit.CreateUsersAsync("peter"),
            Steps = visit => visit.PostAsync("/api/login", new { email = visit.EmailOf("peter"), password = Visit.Password }),
            Calls = ["in Bearer"],
            Messages = ["identify peter by row", "Signed In peter"],
            Reasons = [],
        },
        new("the API's /login with a wrong password")
        {
            Given = visit => visit.CreateUsersAsync("peter"),
            Steps = visit => visit.PostAsync("/api/login", new { email = visit.EmailOf("peter"), password = "wrong" }, HttpStatusCode.Unauthorized),
            Calls = [],
            Messages = [],
            Reasons = [],
        },
        new("the API's /login with a bearer token, the code missing")
        {
            Given = TwoFactorFlows.HasTwoFactorsAsync,
            Steps = visit => visit.PostAsync("/api/login", new { email = visit.EmailOf("peter"), password = Visit.Password }, HttpStatusCode.Unauthorized),
            Calls = ["in 2FA"],
            Messages = [],
            Reasons = ["in intermediate-scheme"],
        },
        new("the API's /login with a bearer token and a code")
        {
            Given = TwoFactorFlows.HasTwoFactorsAsync,
            Steps = visit => visit.PostAsync(
                "/api/login", new { email = visit.EmailOf("peter"), password = Visit.Password, twoFactorCode = TwoFactorFlows.CodeOf(visit) }),
            Calls = ["in 2FA", "out Ext", "out 2FA", "in Bearer"],
            Messages = ["identify peter by row", "Signed In peter"],
            Reasons = ["in intermediate-scheme", "out intermediate-scheme", "out intermediate-scheme"],
        },
        new("the API's /refresh")
        {
            Given = HasTokensAsync,
            Steps = visit => visit.PostAsync("/api/refresh", new { refreshToken = TokenOf(visit, "refreshToken") }),
            Calls = ["in Bearer"],
            Messages = [],
            Reasons = ["in refresh"],
        },
        new("the API's /refresh with a token that is none")
        {
            Steps = visit => visit.PostAsync("/api/refresh", new { refreshToken = "none" }, HttpStatusCode.Unauthorized),
            Calls = [],
            Messages = [],
            Reasons = [],
        },
        new("the API's /refresh after the stamp changed")
        {
            Given = async visit =>
            {
                await HasTokensAsync(visit);
                await visit.ChangeAsync("peter", (users, peter) => users.UpdateSecurityStampAsync(peter));
            },
            Steps = visit => visit.PostAsync("/api/refresh", new { refreshToken = TokenOf(visit, "refreshToken") }, HttpStatusCode.Unauthorized),
            Calls = [],
            Messages = [],
            Reasons = [],
        },
        new("a login again with a bearer token, by somebody who has one")
        {
            Given = HasTokensAsync,
            Steps = visit => visit.PostAsync(
                "/api/login", new { email = visit.EmailOf("peter"), password = Visit.Password }, bearer: TokenOf(visit, "accessToken")),
            Calls = ["in Bearer"],
            Messages = ["Signed In peter"],
            Reasons = ["identify unchanged"],
        },
        new("a sign-out of the token's scheme with the token")
        {
            Given = HasTokensAsync,
            Steps = async visit =>
            {
                await visit.ServeAsync(SignOutOfTokensAsync, bearer: TokenOf(visit, "accessToken"));
                await visit.ServeAsync(SignOutOfTokensAsync, bearer: TokenOf(visit, "accessToken"));
            },
            Calls = ["out Bearer", "out Bearer"],
            Messages = ["Signed Out peter"],
            Reasons = ["out duplicate"],
        },
        new("a sign-out of the token's scheme with the token, behind the composite scheme")
        {
            Host = FlowHost.Api,
            Given = HasTokensAsync,
            Steps = visit => visit.ServeAsync(context => context.SignOutAsync(IdentityConstants.BearerScheme), bearer: TokenOf(visit, "accessToken")),
            Calls = ["out Bearer"],
            Messages = ["Signed Out peter"],
            Reasons = [],
        },
        new("a sign-out of the composite scheme with the token")
        {
            Host = FlowHost.Api,
            Given = HasTokensAsync,
            Steps = visit => visit.ServeAsync(context => context.SignOutAsync(), bearer: TokenOf(visit, "accessToken")),
            Calls = ["out Bearer", "out default"],
            Messages = ["Signed Out peter"],
            Reasons = ["out untracked-scheme"],
        },
        new("Identity's own sign-out with the token, behind the composite scheme")
        {
            Host = FlowHost.Api,
            Given = HasTokensAsync,
            Steps = visit => visit.ServeAsync(context => context.SignIns().SignOutAsync(), bearer: TokenOf(visit, "accessToken")),
            Calls = ["out App", "out Ext", "out 2FA"],
            Messages = ["Signed Out peter"],
            Reasons = ["out intermediate-scheme", "out intermediate-scheme"],
        },
        new("a sign-out of the token's scheme without a token")
        {
            Host = FlowHost.Api,
            Steps = visit => visit.ServeAsync(context => context.SignOutAsync(IdentityConstants.BearerScheme)),
            Calls = ["out Bearer"],
            Messages = [],
            Reasons = ["out anonymous-sign-out"],
        },
        new("a bearer scheme without Identity: in, and new tokens by an endpoint of the application's own")
        {
            Host = FlowHost.PlainCookies,
            Steps = async visit =>
            {
                await visit.ServeAsync(context => context.SignInAsync(PlainCookiesShape.Tokens, visit.PrincipalOf("peter")));
                await RefreshAsync(visit, "peter");
            },
            Calls = ["in Tokens", "in Tokens"],
            Messages = ["identify peter", "Signed In peter"],
            Reasons = ["in refresh"],
        },
        new("a refresh token of one user, and a sign-in of another")
        {
            Host = FlowHost.PlainCookies,
            Steps = async visit =>
            {
                await visit.ServeAsync(context => context.SignInAsync(PlainCookiesShape.Tokens, visit.PrincipalOf("peter")));
                await RefreshAsync(visit, "samir");
            },
            Calls = ["in Tokens", "in Tokens"],
            Messages = ["identify peter", "Signed In peter", "identify samir", "Signed In samir"],
            Reasons = [],
        },
        new("a token server's password grant")
        {
            Host = FlowHost.TokenServer,
            Steps = visit => visit.ServeAsync(_ => Results.SignIn(visit.PrincipalOf("peter"), authenticationScheme: TokenServerHandler.Name), HttpStatusCode.OK),
            Calls = ["in OpenIddict.Server.AspNetCore"],
            Messages = ["identify peter", "Signed In peter"],
            Reasons = [],
        },
        new("a token server's refresh grant")
        {
            Host = FlowHost.TokenServer,
            Steps = async visit =>
            {
                var work = visit.App.Keep(async context =>
                {
                    var refresh = await context.AuthenticateAsync(TokenServerHandler.Name);
                    await context.SignInAsync(TokenServerHandler.Name, refresh.Principal ?? visit.PrincipalOf("peter"));
                });
                await visit.ServeAsync(context => context.SignInAsync(TokenServerHandler.Name, visit.PrincipalOf("peter")));
                var token = (string)JsonNode.Parse(visit.Answers.All[^1].Split('\n')[^1])!["refresh_token"]!;
                using var request = new HttpRequestMessage(HttpMethod.Post, FlowApp.ServePath);
                request.Headers.Add(FlowApp.WorkHeader, work);
                request.Content = new FormUrlEncodedContent([KeyValuePair.Create("refresh_token", token)]);
                using var response = await visit.Browser.Client.SendAsync(request, TestContext.Current.CancellationToken);
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            },
            Calls = ["in OpenIddict.Server.AspNetCore", "in OpenIddict.Server.AspNetCore"],
            Messages = ["identify peter", "Signed In peter"],
            Reasons = ["in refresh"],
        },
        new("a cookie that TrackedSchemes does not name")
        {
            Host = FlowHost.TokenServer,
            Steps = async visit =>
            {
                await visit.ServeAsync(context => context.SignInAsync(visit.PrincipalOf("peter")));
                await visit.ServeAsync(context => context.SignOutAsync());
            },
            Calls = ["in default", "out default"],
            Messages = [],
            Reasons = ["in untracked-scheme", "out untracked-scheme"],
        },
    ];

    // Shows the refresh token of the last answer and signs somebody in.
    private static Task RefreshAsync(Visit visit, string name)
    {
        var token = (string)JsonNode.Parse(visit.Answers.All[^1].Split('\n')[^1])!["refreshToken"]!;
        return visit.ServeAsync(context =>
        {
            var options = context.RequestServices.GetRequiredService<IOptionsMonitor<BearerTokenOptions>>().Get(PlainCookiesShape.Tokens);
            Assert.NotNull(options.RefreshTokenProtector.Unprotect(token));
            return context.SignInAsync(PlainCookiesShape.Tokens, visit.PrincipalOf(name));
        });
    }

    private static async Task SignOutOfTokensAsync(HttpContext context)
    {
        Assert.True((await context.AuthenticateAsync(IdentityConstants.BearerScheme)).Succeeded);
        await context.SignOutAsync(IdentityConstants.BearerScheme);
    }

    private static async Task HasTokensAsync(Visit visit)
    {
        await visit.CreateUsersAsync("peter");
        visit.Kept = await visit.PostAsync("/api/login", new { email = visit.EmailOf("peter"), password = Visit.Password });
    }

    private static string TokenOf(Visit visit, string name) => (string)JsonNode.Parse(visit.Kept)![name]!;
}
