using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace TokenApi;

/// <summary>Writes the sample's JSON Web Tokens. The key lives as long as the process; an application keeps its own in a secret store.</summary>
internal static class Tokens
{
    private const string Issuer = "https://tokens.example";

    private static readonly SymmetricSecurityKey _key = new(RandomNumberGenerator.GetBytes(32));

    public static TokenValidationParameters Validation { get; } = new() { ValidIssuer = Issuer, ValidAudience = Issuer, IssuerSigningKey = _key };

    public static string Write(IdentityUser user) => new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
    {
        Issuer = Issuer,
        Audience = Issuer,
        Expires = DateTime.UtcNow.AddMinutes(15),
        Subject = new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, user.Id), new Claim(ClaimTypes.Name, user.UserName!)]),
        SigningCredentials = new SigningCredentials(_key, SecurityAlgorithms.HmacSha256),
    });
}
