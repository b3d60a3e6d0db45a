using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Intilery.AspNetCore.BrowserTests.Site;

/// <summary>Where the sites of the tests are.</summary>
public static class Loopback
{
    /// <summary>The subject of the sites' certificate, which nobody has signed.</summary>
    public const string Subject = "CN=example.test";

    /// <summary>Listens on two free ports, one for http and one for https.</summary>
    public static void Listen(KestrelServerOptions kestrel)
    {
        kestrel.Listen(IPAddress.Loopback, 0);
        kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(Certificate()));
    }

    // The browser is told to trust it for the length of the tests.
    private static X509Certificate2 Certificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest(Subject, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);
    }
}
