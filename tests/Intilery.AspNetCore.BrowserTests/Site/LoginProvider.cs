using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Intilery.AspNetCore.BrowserTests.Site;

/// <summary>
/// An OpenID Connect provider on a site of its own. It knows the person by a cookie, and answers as the handler asks it to by
/// default: by a page whose form posts itself to the application, which no cookie of the application's with <c>SameSite=Lax</c> goes with.
/// </summary>
public sealed class LoginProvider : IAsyncDisposable
{
    public const string Host = "login.provider.test";
    public const string ClientId = "teams";

    /// <summary>The cookie that holds the person's e-mail address.</summary>
    public const string PersonCookie = "person";

    private readonly RsaSecurityKey _key = new(RSA.Create(2048)) { KeyId = "key" };
    private readonly ConcurrentDictionary<string, (string Email, string Nonce)> _codes = new();
    private readonly WebApplication _app;

    private LoginProvider(WebApplication app)
    {
        _app = app;
        app.MapGet("/.well-known/openid-configuration", () => Results.Json(new Dictionary<string, string>
        {
            ["issuer"] = Address,
            ["authorization_endpoint"] = Address + "/authorize",
            ["token_endpoint"] = Address + "/token",
            ["jwks_uri"] = Address + "/keys",
        }));
        app.MapGet("/keys", () =>
        {
            var key = _key.Rsa.ExportParameters(includePrivateParameters: false);
            return Results.Json(new { keys = new[] { new { kty = "RSA", kid = _key.KeyId, n = WebEncoders.Base64UrlEncode(key.Modulus!), e = WebEncoders.Base64UrlEncode(key.Exponent!) } } });
        });
        app.MapGet("/authorize", (HttpRequest request) => Authorize(request));
        app.MapPost("/token", async ValueTask<IResult> (HttpRequest request, CancellationToken cancellationToken) => Token(await request.ReadFormAsync(cancellationToken)));
    }

    public string Address => $"https://{Host}:{new Uri(_app.Urls.Single(address => address.StartsWith("https", StringComparison.Ordinal))).Port}";

    public static async Task<LoginProvider> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(Loopback.Listen);
        builder.Services.AddRoutingCore();
        var provider = new LoginProvider(builder.Build());
        await provider._app.StartAsync();
        return provider;
    }

    /// <summary>Makes what reaches the provider from the application's server, where its name is not known and its certificate not trusted.</summary>
    public static HttpMessageHandler BackChannel() => new SocketsHttpHandler
    {
        ConnectCallback = async (connection, cancellationToken) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, connection.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
        SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.Subject == Loopback.Subject },
    };

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _key.Rsa.Dispose();
    }

    private IResult Authorize(HttpRequest request)
    {
        if (request.Query["response_mode"] != "form_post")
        {
            return Results.BadRequest();
        }

        var code = Guid.NewGuid().ToString("N");
        _codes[code] = (request.Cookies[PersonCookie]!, request.Query["nonce"]!);
        return Results.Text(
            $"""
            <form method="post" action="{WebUtility.HtmlEncode(request.Query["redirect_uri"])}">
              <input type="hidden" name="code" value="{code}" />
              <input type="hidden" name="state" value="{WebUtility.HtmlEncode(request.Query["state"])}" />
            </form>
            <script>document.forms[0].submit();</script>
            """,
            "text/html");
    }

    private IResult Token(IFormCollection form)
    {
        if (!_codes.TryRemove(form["code"].ToString(), out var given))
        {
            return Results.BadRequest();
        }

        var token = new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Address,
            Audience = ClientId,
            Claims = new Dictionary<string, object>
            {
                ["sub"] = given.Email,
                ["email"] = given.Email,
                ["given_name"] = "Joanna",
                ["family_name"] = "Aniston",
                ["nonce"] = given.Nonce,
            },
            SigningCredentials = new SigningCredentials(_key, SecurityAlgorithms.RsaSha256),
        });
        return Results.Json(new { id_token = token, access_token = "access", token_type = "Bearer" });
    }
}
