<?xml version="1.0" encoding="UTF-8"?>
<!-- parts.xsl - sections of the page, one in another, and the plain things in them. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">

  <xsl:template match="page/part">
    <section id="{@id}" class="part">
      <h2 id="{@id}-title"><bdi><xsl:value-of select="@title"/></bdi></h2>
      <xsl:apply-templates/>
      <p class="up"><a href="#answers">to the top</a></p>
    </section>
  </xsl:template>

  <xsl:template match="part/part">
    <section id="{@id}" class="part">
      <h3 id="{@id}-title"><bdi><xsl:value-of select="@title"/></bdi></h3>
      <xsl:apply-templates/>
    </section>
  </xsl:template>

  <xsl:template match="part/part/part">
    <section id="{@id}" class="part">
      <h4 id="{@id}-title"><bdi><xsl:value-of select="@title"/></bdi></h4>
      <xsl:apply-templates/>
    </section>
  </xsl:template>

  <xsl:template match="text">
    <p class="{@class}"><xsl:value-of select="."/></p>
  </xsl:template>

  <xsl:template match="lines">
    <pre tabindex="0" role="group" aria-label="{@label}"><xsl:value-of select="."/></pre>
  </xsl:template>

  <xsl:template match="facts">
    <dl class="facts">
      <xsl:for-each select="fact">
        <div>
          <dt><xsl:value-of select="@name"/></dt>
          <dd><bdi><xsl:value-of select="."/></bdi></dd>
        </div>
      </xsl:for-each>
    </dl>
  </xsl:template>

  <xsl:template match="command">
    <p class="command"><span><xsl:value-of select="@what"/> </span><code><xsl:value-of select="."/></code></p>
  </xsl:template>

  <xsl:template match="downloads">
    <ul class="downloads">
      <xsl:for-each select="download">
        <li>
          <a href="{@href}" download="{@name}"><bdi><xsl:value-of select="@name"/></bdi></a>
          <xsl:text>: </xsl:text><xsl:value-of select="."/>
        </li>
      </xsl:for-each>
    </ul>
  </xsl:template>
</xsl:stylesheet>
